/** Many requests, so many at a time: what they leave behind in the gateway is measured by others. */
import { Agent, request, type IncomingMessage } from 'node:http';

export interface FloodRequest {
  readonly key: string;
  readonly body: object;
}

export class Flood {
  readonly #url: string;
  readonly #atOnce: number;
  readonly #agent: Agent;

  constructor(url: string, atOnce: number) {
    this.#url = `${url}/v1/chat/completions`;
    this.#atOnce = atOnce;
    this.#agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  }

  /** Sends `count` requests. @returns how often each status came */
  async run(count: number, next: (index: number) => FloodRequest): Promise<Map<number, number>> {
    const statuses = new Map<number, number>();
    let index = 0;
    const worker = async (): Promise<void> => {
      while (index < count) {
        const status = await this.#ask(next(index++));
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: this.#atOnce }, worker));
    return statuses;
  }

  /** As many clients as run at a time, each of which reads the first piece of its stream and goes. */
  async leaveEarly(asked: FloodRequest): Promise<void> {
    const leave = async (): Promise<void> =>
      new Promise((resolve, reject) => {
        const call = this.#send(asked, false, reject, (reply) => {
          reply.once('data', () => {
            call.destroy();
            resolve();
          });
        });
      });
    await Promise.all(Array.from({ length: this.#atOnce }, leave));
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask(asked: FloodRequest): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#send(asked, this.#agent, reject, (reply) => {
        reply.resume();
        reply.on('end', () => resolve(reply.statusCode ?? 0));
      });
    });
  }

  #send(
    { key, body }: FloodRequest,
    agent: Agent | false,
    onError: (error: Error) => void,
    onReply: (reply: IncomingMessage) => void,
  ): ReturnType<typeof request> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const call = request(this.#url, { method: 'POST', headers, agent }, onReply);
    call.on('error', onError);
    call.end(JSON.stringify(body));
    return call;
  }
}
