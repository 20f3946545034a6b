/** A redis-server of a test's own: private port and folder, no files kept; fails when there is no such program. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { RedisPlace, RedisSettings } from '../../src/store/redis/redis-settings.ts';

export interface RedisServerOptions {
  /** Flags of redis-server, such as `['--requirepass', 'x']`. */
  readonly flags?: readonly string[];
  readonly port?: number;
  /** Text of a configuration file for `redis-server FILE --sentinel`. */
  readonly sentinel?: string;
}

export class RedisServer {
  readonly port: number;
  readonly #options: RedisServerOptions;
  #child: ChildProcess | null = null;
  #folder = '';

  private constructor(port: number, options: RedisServerOptions) {
    this.port = port;
    this.#options = options;
  }

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(options.port ?? (await freePort()), options);
    await server.restart();
    return server;
  }

  /** Starts it again, empty. */
  async restart(): Promise<void> {
    this.#folder = mkdtempSync(path.join(tmpdir(), 'redis-'));
    const { sentinel, flags = [] } = this.#options;
    const file = path.join(this.#folder, 'sentinel.conf');
    if (sentinel !== undefined) writeFileSync(file, sentinel);
    const common = ['--port', String(this.port), '--dir', this.#folder, '--save', '', '--bind', '127.0.0.1'];
    const args = sentinel === undefined ? [...common, ...flags] : [file, '--sentinel', ...common.slice(0, 4)];
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    process.once('exit', () => child.kill('SIGKILL'));
    await new Promise<void>((resolve, reject) => {
      let said = '';
      child.once('error', (error) =>
        reject(new Error('redis-server is needed: apt-get install -y redis-server', { cause: error })),
      );
      child.once('exit', () => reject(new Error(`redis-server ended: ${said}`)));
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (/Ready to accept connections|Sentinel ID is/.test(said)) resolve();
      });
    });
    child.stdout?.resume();
  }

  /** As when the machine is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get settings(): RedisSettings {
    return redisSettings({ kind: 'single', node: { host: '127.0.0.1', port: this.port } });
  }

  /** One command; its answer as text, one line per value. */
  async command(...command: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(this.port), '--raw', ...command]);
    return stdout.trim();
  }
}

export function redisSettings(place: RedisPlace, over: Partial<RedisSettings> = {}): RedisSettings {
  return {
    place,
    username: null,
    password: null,
    database: 0,
    tls: false,
    verifiesCertificate: true,
    namespace: '',
    timeoutMs: 1000,
    ...over,
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
