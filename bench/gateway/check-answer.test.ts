import { afterEach, describe, expect, it } from 'vitest';
import { createServer, type Server } from 'node:http';
import { wrongAnswer } from './check-answer.ts';
import { JSON_BODY, STREAM_ANSWER } from './mock-answers.ts';
import type { Workload } from './workloads.ts';

const [WHOLE, STREAMED]: [Workload, Workload] = [
  { name: 'chat', label: 'chat', connections: 1, body: '{}', streamed: false },
  { name: 'stream', label: 'stream', connections: 1, body: '{"stream":true}', streamed: true },
];

describe('wrongAnswer', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function ask(workload: Workload, status: number, body: string): Promise<string | null> {
    const server = createServer((_request, response) => response.writeHead(status).end(body));
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return wrongAnswer({ pid: 0, port, headers: {} }, workload);
  }

  /** Of the canned reply: its events without head and chunk lengths. */
  const events = STREAM_ANSWER.toString()
    .split('\r\n')
    .filter((line) => line.startsWith('data: '))
    .join('');

  it('lets pass what the provider said, whatever stands around it', async () => {
    expect(await ask(WHOLE, 200, JSON_BODY)).toBeNull();
    expect(await ask(WHOLE, 200, JSON.stringify({ ...JSON.parse(JSON_BODY), model: 'other' }))).toBeNull();
    expect(await ask(STREAMED, 200, events)).toBeNull();
  });

  it('names a status, and an answer that lacks a part', async () => {
    expect(await ask(WHOLE, 500, JSON_BODY)).toBe('status 500');
    expect(await ask(WHOLE, 200, '{"choices":[]}')).toContain('another answer');
    expect(await ask(STREAMED, 200, events.replace('word7 ', ''))).toContain('another answer');
  });
});
