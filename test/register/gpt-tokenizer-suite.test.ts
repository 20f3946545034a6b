/** gpt-tokenizer's own tests, as its package ships them, against the installed package under the hook and without. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const APPS = fileURLToPath(new URL('../apps/', import.meta.url));
const PACKAGE = path.join(APPS, 'node_modules/gpt-tokenizer');
const HOOK = new URL('../../src/register/index.ts', import.meta.url).href;
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const FILES = ['GptEncoding.test.ts', 'extraApis.test.ts', 'functionCalling.test.ts'];

/** Modules as Node gives them: vitest would show what a default export has as if the module exported it too. */
const CONFIGURATION = "export default { test: { pool: 'forks', deps: { interopDefault: false } } };\n";

const reportSchema = z.looseObject({
  numTotalTests: z.number(),
  numFailedTests: z.number(),
  numPassedTests: z.number(),
  success: z.boolean(),
});

/** In the same process as their tests: how many calls the hook carried. */
const LAST_TEST = `
import { test as lastTest, expect as lastExpect } from 'vitest';
lastTest('the fast path answered', () => {
  const hook = globalThis[Symbol.for('fast-litellm/register')];
  const counts = hook?.status().components.find(({ name }) => name === 'tokenizer').counts;
  lastExpect(counts?.mismatches ?? 0).toBe(0);
  lastExpect((counts?.fastCalls ?? 0) > 20).toBe(process.env.WITH_HOOK === 'yes');
});
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(APPS, '.run-suite-'));
  await mkdir(path.join(folder, 'src'));
  await writeFile(path.join(folder, 'vitest.config.mjs'), CONFIGURATION);
  for (const file of FILES) {
    const source = await readFile(path.join(PACKAGE, 'src', file), 'utf8');
    await writeFile(path.join(folder, 'src', file), ownImports(source) + LAST_TEST);
  }
  await cp(path.join(PACKAGE, 'src/__snapshots__'), path.join(folder, 'src/__snapshots__'), { recursive: true });
  await cp(path.join(PACKAGE, 'data'), path.join(folder, 'data'), { recursive: true });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the tests that gpt-tokenizer ships', () => {
  it.each(['no', 'yes'])('pass with the hook: %s', async (withHook) => {
    const report = await runSuite(withHook);
    expect(report).toMatchObject({ success: true, numFailedTests: 0 });
    expect(report.numPassedTests).toBeGreaterThan(300);
  });
});

/** Their relative imports, as a program names the same modules of the installed package. */
function ownImports(source: string): string {
  return source
    .replaceAll("'vite-plus/test'", "'vitest'")
    .replaceAll(/(from |import\()(['`])\.\/(.+?)\.[jt]s\2/g, '$1$2gpt-tokenizer/$3$2');
}

function runSuite(withHook: string): Promise<z.infer<typeof reportSchema>> {
  const env = {
    ...process.env,
    CI: 'true',
    WITH_HOOK: withHook,
    NODE_OPTIONS: withHook === 'yes' ? `--import ${HOOK}` : '',
  };
  const output = path.join(folder, `report-${withHook}.json`);
  const args = [VITEST, 'run', '--root', folder];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...args, '--reporter', 'json', '--outputFile', output], { env, cwd: folder }, () => {
      readFile(output, 'utf8').then((text) => resolve(reportSchema.parse(JSON.parse(text))), reject);
    });
  });
}
