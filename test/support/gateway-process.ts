/** The gateway from source in a process of its own, as a user starts it: a config file, flags, signals, two outputs. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';

const MAIN = path.join(import.meta.dirname, '../../src/cli/main.ts');
const LISTENS = /listens on (http:\/\/\S+)/;
const KILL_AFTER_MS = 15_000;

export interface GatewayProcessOptions {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Variables that name files in the folder of the config file, which are there or not. */
  readonly inFolder?: Readonly<Record<string, string>>;
}

export interface GatewayExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class GatewayProcess {
  readonly configFile: string;
  readonly exited: Promise<GatewayExit>;
  #url = '';
  #stdout = '';
  #stderr = '';
  readonly #folder: string;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #waiting = new Set<() => void>();
  #gone = false;

  private constructor(folder: string, options: GatewayProcessOptions) {
    this.#folder = folder;
    this.configFile = path.join(folder, 'config.yaml');
    // As bin/fast-litellm starts it.
    const args = ['--max-semi-space-size=8', MAIN, '--config', this.configFile, '--port', '0', ...(options.args ?? [])];
    const inFolder = Object.fromEntries(
      Object.entries(options.inFolder ?? {}).map(([name, file]) => [name, path.join(folder, file)]),
    );
    this.#child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: folder, ...options.environment, ...inFolder },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#heard((this.#stdout += text)));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => this.#heard((this.#stderr += text)));
    // A test that failed before it stopped the gateway must not leave it behind.
    const kill = (): void => void this.#child.kill('SIGKILL');
    process.once('exit', kill);
    this.exited = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        process.off('exit', kill);
        this.#gone = true;
        this.#heard('');
        resolve({ code, signal });
      });
    });
  }

  /** Resolves once the health route answers. @throws when the process ends before that, with what it said */
  static async start(config: string, options: GatewayProcessOptions = {}): Promise<GatewayProcess> {
    const folder = mkdtempSync(path.join(tmpdir(), 'gateway-'));
    writeFileSync(path.join(folder, 'config.yaml'), config);
    const gateway = new GatewayProcess(folder, options);
    await gateway.until(() => LISTENS.test(gateway.#stdout));
    gateway.#url = LISTENS.exec(gateway.#stdout)?.[1] ?? '';
    const health = await fetch(`${gateway.url}/health/liveliness`);
    await health.text();
    if (health.status !== 200) throw new Error(`the health route answered ${health.status}`);
    return gateway;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get url(): string {
    return this.#url;
  }

  get port(): number {
    return Number(new URL(this.#url).port);
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Replaces the configuration file as editors do: written beside it, then renamed. */
  writeConfig(text: string): void {
    const next = `${this.configFile}.next`;
    writeFileSync(next, text);
    renameSync(next, this.configFile);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Resolves once `check`, looked at after each output of the process, holds. @throws when the process ends first */
  until(check: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (check()) resolve();
        else if (this.#gone) reject(new Error(`the gateway ended:\n${this.#stdout}\n${this.#stderr}`));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** SIGTERM, or SIGKILL when that does not help; resolves once the process has gone. */
  async stop(): Promise<GatewayExit> {
    this.#child.kill('SIGTERM');
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), KILL_AFTER_MS);
    const exit = await this.exited;
    clearTimeout(killer);
    rmSync(this.#folder, { recursive: true, force: true });
    return exit;
  }

  #heard(_text: string): void {
    for (const look of this.#waiting) look();
  }
}
