/** Milliseconds from sending a streamed request to its first content byte, sorted, over `count` requests in turn. */
import { Agent, request } from 'node:http';
import type { Target } from './measure.ts';

export async function firstEventMs(target: Target, body: string, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) times.push(await once(target, body, agent));
  agent.destroy();
  return times.sort((left, right) => left - right);
}

async function once(target: Target, body: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...target.headers, 'content-length': String(Buffer.byteLength(body)) };
    const begun = performance.now();
    let first = 0;
    const call = request(
      { host: '127.0.0.1', port: target.port, path: '/v1/chat/completions', method: 'POST', headers, agent },
      (response) => {
        response.on('data', () => {
          if (first === 0) first = performance.now() - begun;
        });
        response.on('end', () => resolve(first));
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
