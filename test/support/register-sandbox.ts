/** A folder with packages of its own, in which small programs run with the register hook or without. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const HOOK_URL = new URL('../../src/register/index.ts', import.meta.url).href;
const APPS = fileURLToPath(new URL('../apps/', import.meta.url));

export interface SandboxRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | string | null;
}

export interface RunOptions {
  /** Flags of Node. Default: the hook is preloaded. */
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export class RegisterSandbox {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param where `apps`: a folder that sees the installed packages; `empty`: one that sees none */
  static async open(where: 'apps' | 'empty'): Promise<RegisterSandbox> {
    return new RegisterSandbox(await mkdtemp(path.join(where === 'apps' ? APPS : tmpdir(), '.run-')));
  }

  async write(file: string, text: string): Promise<string> {
    const full = path.join(this.folder, file);
    await mkdir(path.dirname(full), { recursive: true });
    await writeFile(full, text);
    return full;
  }

  /** Writes a program and runs it to its end. */
  async run(file: string, source: string, options: RunOptions = {}): Promise<SandboxRun> {
    const full = await this.write(file, source);
    const { flags = ['--import', HOOK_URL], environment = {} } = options;
    const env = { ...process.env, NODE_OPTIONS: '', ...environment };
    return new Promise((resolve) => {
      const given = { env, cwd: this.folder, timeout: 60_000 };
      execFile(process.execPath, [...flags, full], given, (error, stdout, stderr) => {
        resolve({ stdout, stderr, code: error === null ? 0 : (error.code ?? error.signal ?? null) });
      });
    });
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
