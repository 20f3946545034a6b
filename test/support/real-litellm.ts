/** A real LiteLLM of the version that is followed, from the virtual environment that `LITELLM_VENV` names. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const LITELLM_VERSION = '1.102.4';

/** Variables without which it asks the network for things at its start. */
const OFFLINE: Readonly<Record<string, string>> = {
  LITELLM_LOCAL_MODEL_COST_MAP: 'True',
  LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS: 'True',
  LITELLM_TELEMETRY: 'False',
  // Else the first stream of a Llama model waits for a tokenizer, and everybody with it.
  HF_HUB_OFFLINE: '1',
};
const STARTS_WITHIN_MS = 120_000;
const LOOKS_EVERY_MS = 200;

/** @throws when it is not named: these suites fail without it, and never skip */
export function litellmFolder(): string {
  const folder = process.env['LITELLM_VENV'];
  if (folder === undefined || !existsSync(path.join(folder, 'bin/litellm')))
    throw new Error(
      `Set LITELLM_VENV to a virtual environment with LiteLLM: python3 -m venv V && V/bin/pip install 'litellm[proxy]==${LITELLM_VERSION}'`,
    );
  return folder;
}

/** For a program that finds `litellm` on the PATH. */
export function litellmEnvironment(more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { PATH: `${path.join(litellmFolder(), 'bin')}:${process.env['PATH'] ?? ''}`, ...OFFLINE, ...more };
}

export class RealLitellm {
  readonly origin: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<void>;
  #output = '';

  private constructor(folder: string, port: number, environment: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.origin = `http://127.0.0.1:${port}`;
    const args = ['--config', path.join(folder, 'config.yaml'), '--host', '127.0.0.1', '--port', String(port)];
    this.#child = spawn(path.join(litellmFolder(), 'bin/litellm'), args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { HOME: folder, ...litellmEnvironment(environment) },
    });
    for (const output of [this.#child.stdout, this.#child.stderr])
      output?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()));
  }

  /** Resolves once it answers. @throws with what it printed when it ends before, or takes too long */
  static async start(config: string, environment: Readonly<Record<string, string>> = {}): Promise<RealLitellm> {
    const folder = mkdtempSync(path.join(tmpdir(), 'real-litellm-'));
    writeFileSync(path.join(folder, 'config.yaml'), config);
    const made = new RealLitellm(folder, await freePort(), environment);
    const until = performance.now() + STARTS_WITHIN_MS;
    while (performance.now() < until && made.#child.exitCode === null) {
      if (await made.#answers()) return made;
      await sleep(LOOKS_EVERY_MS);
    }
    await made.stop();
    throw new Error(`LiteLLM did not start:\n${made.#output}`);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    try {
      const reply = await fetch(`${this.origin}/health/liveliness`);
      await reply.arrayBuffer();
      return reply.status === 200;
    } catch {
      return false;
    }
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
