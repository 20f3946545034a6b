/** A program named `litellm` for a folder of the PATH: what `--fallback spawn` finds there, in JavaScript. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SOURCE = `
const http = require('node:http');
const fs = require('node:fs');
const value = (name) => process.argv[process.argv.indexOf(name) + 1];
const config = fs.readFileSync(value('--config'), 'utf8');
const record = (line) => fs.appendFileSync(__filename + '.log', line + '\\n');
record('start ' + process.pid);
console.log('LiteLLM prints this');
if (config.includes('refuse_to_start')) {
  console.error('Traceback: this config is wrong');
  process.exit(3);
}
process.on('SIGTERM', () => {
  record('end ' + process.pid);
  process.exit(0);
});
http.createServer((request, response) => {
  const [path] = request.url.split('?');
  const answer = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (path === '/health/liveliness') answer(200, "I'm alive!");
  else if (request.headers.authorization !== 'Bearer sk-1234') answer(401, { error: { message: 'no key' } });
  else if (path === '/crash') process.exit(7);
  else answer(200, { pid: process.pid, args: process.argv.slice(2), env: process.env, headers: request.headers, config });
}).listen(Number(value('--port')), value('--host'));
`;

export class LitellmProgram {
  readonly folder: string;
  readonly #file: string;

  constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), 'litellm-program-'));
    this.#file = path.join(this.folder, 'litellm');
    writeFileSync(this.#file, `#!${process.execPath}\n${SOURCE}`);
    chmodSync(this.#file, 0o755);
  }

  /** For the PATH: this folder alone, so that no other LiteLLM of the machine is found. */
  get environment(): Readonly<Record<string, string>> {
    return { PATH: this.folder };
  }

  /** Processes that were started and ended by a signal, in order: `start 12`, `end 12`. */
  get log(): readonly string[] {
    return readFileSync(`${this.#file}.log`, 'utf8').trim().split('\n');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether a process exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
