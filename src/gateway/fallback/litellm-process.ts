/**
 * One process of LiteLLM, in a process group of its own: a Ctrl-C in the terminal is the gateway's, which lets requests
 * end first, and whatever LiteLLM started ends with it. What it prints goes to the log, its last lines are kept for the
 * day it dies.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A Python stack trace fits. */
const LAST_LINES = 30;
const LONGEST_LINE = 2_000;
/** What LiteLLM says of the gateway's own questions about its health. */
const OWN_PROBE = /"GET \/health\/liveliness /;

/** Variables that say how this gateway serves, and would say so to LiteLLM. */
const OWN_VARIABLES: readonly string[] = [
  'HOST',
  'PORT',
  'NUM_WORKERS',
  'CONFIG_FILE_PATH',
  'SSL_KEYFILE_PATH',
  'SSL_CERTFILE_PATH',
];

export interface LaunchOptions {
  /** Path of the program. */
  readonly program: string;
  readonly configFile: string;
  readonly port: number;
  readonly environment: ReadonlyMap<string, string>;
  readonly onLine: (line: string) => void;
}

export interface LitellmProcess {
  readonly origin: string;
  /** Resolves with one sentence once the process has gone, by itself or not. */
  readonly ended: Promise<string>;
  readonly lastLines: readonly string[];
  /** Asks it to end; after `timeoutMs` it is ended. Resolves once it has gone. */
  stop(timeoutMs: number): Promise<void>;
}

export type LaunchLitellm = (options: LaunchOptions) => LitellmProcess;

export const launchLitellm: LaunchLitellm = ({ program, configFile, port, environment, onLine }) => {
  const args = ['--config', configFile, '--host', '127.0.0.1', '--port', String(port)];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: {
      ...Object.fromEntries(environment),
      ...Object.fromEntries(OWN_VARIABLES.map((name) => [name, undefined])),
      PYTHONUNBUFFERED: '1',
    },
  });
  return new RunningProcess(child, `http://127.0.0.1:${port}`, onLine);
};

class RunningProcess implements LitellmProcess {
  readonly origin: string;
  readonly ended: Promise<string>;
  readonly lastLines: string[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;

  constructor(child: ChildProcessByStdio<null, Readable, Readable>, origin: string, onLine: (line: string) => void) {
    this.origin = origin;
    this.#child = child;
    const kill = (): void => this.#signal('SIGKILL');
    // Not even a gateway that ends without a word leaves it behind, unless it is killed itself.
    process.once('exit', kill);
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(`it could not be started: ${error.message}`));
      child.once('close', (code, signal) => {
        process.off('exit', kill);
        resolve(
          signal === null ? `it ended with the code ${code}` : `it was ended by ${signal} (${signalNumber(signal)})`,
        );
      });
    });
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output, crlfDelay: Infinity }).on('line', (text) => {
        const line = text.slice(0, LONGEST_LINE);
        if (line === '' || OWN_PROBE.test(line)) return;
        this.lastLines.push(line);
        if (this.lastLines.length > LAST_LINES) this.lastLines.shift();
        onLine(line);
      });
    }
  }

  async stop(timeoutMs: number): Promise<void> {
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), timeoutMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** To the whole group. */
  #signal(signal: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has gone in this moment, or there are no groups here.
      this.#child.kill(signal);
    }
  }
}

function signalNumber(signal: NodeJS.Signals): number {
  return constants.signals[signal];
}
