/** A server that listens and never accepts: its queue is full, its process stopped, so that a connect stays pending. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { completion, HEALTHY_TEXT } from './scripted-answers.ts';

export class UnacceptingProvider {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #fillers: Socket[];
  #stopped = false;

  private constructor(child: ChildProcess, port: number, fillers: Socket[]) {
    this.#child = child;
    this.port = port;
    this.#fillers = fillers;
  }

  static async start(): Promise<UnacceptingProvider> {
    const body = completion('m', HEALTHY_TEXT);
    const source = `
      let requests = 0;
      const server = require('node:http').createServer((request, response) => {
        requests += 1;
        request.resume().on('end', () => {
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify({ ...${body}, requests }));
        });
      });
      server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));`;
    const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const port = Number(line.toString());
    child.kill('SIGSTOP');
    const fillers = Array.from({ length: 2 }, () => connect({ port, host: '127.0.0.1' }).on('error', () => undefined));
    await Promise.all(fillers.map((socket) => once(socket, 'connect')));
    return new UnacceptingProvider(child, port, fillers);
  }

  /** Connects that wait for an answer, as the kernel counts them; null where it does not tell. */
  pendingConnects(): number | null {
    if (process.platform !== 'linux') return null;
    const remote = `:${this.port.toString(16).toUpperCase().padStart(4, '0')} 02 `;
    return readFileSync('/proc/net/tcp', 'latin1').split(remote).length - 1;
  }

  /** Resolves once that many wait. */
  async untilPending(count: number): Promise<void> {
    while (!this.#stopped && (this.pendingConnects() ?? count) !== count) await setImmediate();
  }

  accept(): void {
    for (const socket of this.#fillers) socket.destroy();
    this.#child.kill('SIGCONT');
  }

  stop(): void {
    this.#stopped = true;
    this.#child.kill('SIGCONT');
    this.#child.kill('SIGKILL');
  }
}
