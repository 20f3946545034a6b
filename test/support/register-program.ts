/** Runs a program of `test/apps/packages` in a Node of its own, with the register hook or without. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RegisterStatus } from '../../src/register/registration.ts';

const HOOK = new URL('../../src/register/index.ts', import.meta.url);
const PROGRAMS = new URL('../apps/packages/', import.meta.url);

/**
 * How a program gets the hook: not at all, `node --import`, an import before all others, `node --require`, a `require`
 * before all others.
 */
export type Way = 'without' | '--import' | 'import first' | '--require' | 'require first';

export interface ProgramRun {
  /** What the program noted by name. */
  readonly seen: Readonly<Record<string, unknown>>;
  /** Of the hook at the end of the program; null without it. */
  readonly status: RegisterStatus | null;
  /** Of every process of the program. */
  readonly statuses: readonly RegisterStatus[];
  /** Everything that was written to stderr but the status. */
  readonly stderr: string;
}

export async function runProgram(
  program: string,
  way: Way,
  environment: Readonly<Record<string, string>> = {},
): Promise<ProgramRun> {
  const file = fileURLToPath(new URL(program, PROGRAMS));
  const folder = await mkdtemp(path.join(path.dirname(file), '.run-'));
  try {
    const { stdout, stderr } = await run(await commandLine(file, way, folder), environment);
    const isStatus = (line: string): boolean => line.startsWith('{"atMs"');
    const lines = stderr.split('\n');
    const statuses = lines.filter(isStatus).map((line) => JSON.parse(line) as RegisterStatus);
    return {
      seen: JSON.parse(stdout) as ProgramRun['seen'],
      status: statuses.at(-1) ?? null,
      statuses,
      stderr: lines.filter((line) => !isStatus(line)).join('\n'),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function commandLine(file: string, way: Way, folder: string): Promise<readonly string[]> {
  switch (way) {
    case 'without':
      return [file];
    case '--import':
      return ['--import', HOOK.href, file];
    case '--require':
      return ['--require', fileURLToPath(HOOK), file];
    case 'import first': {
      const first = path.join(folder, 'first.mjs');
      await writeFile(first, `import '${HOOK.href}';\nimport '${pathToFileURL(file).href}';\n`);
      return [first];
    }
    case 'require first': {
      const first = path.join(folder, 'first.cjs');
      const [hook, rest] = [fileURLToPath(HOOK), file].map((each) => JSON.stringify(each));
      await writeFile(first, `require(${hook});\nrequire(${rest});\n`);
      return [first];
    }
  }
}

function run(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, FAST_LITELLM_STATUS: 'json', NODE_OPTIONS: '', ...environment };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      args,
      { env, maxBuffer: 64 * 1024 * 1024, timeout: 120_000 },
      (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr });
        else reject(new Error(`${args.join(' ')}: ${stderr || error.message}`));
      },
    );
  });
}
