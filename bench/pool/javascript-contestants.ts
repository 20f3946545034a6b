/**
 * How each JavaScript client asks over connections that it keeps: its documented way for many requests to one server.
 * Packages of `bench/` are named at run time: a clone may not have them.
 */
import { load } from '../child/door.ts';
import { fastLitellmClient } from './fast-litellm-client.ts';
import type { PoolInput } from './protocol.ts';

/** Sends the request once. @returns the text of the answer */
export type Ask = () => Promise<string>;

const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer sk-bench' };

export const CLIENTS: Readonly<Record<string, (input: PoolInput) => Promise<Ask>>> = {
  'fast-litellm': async (input) => fastLitellmClient(input, HEADERS),
  fetch: async ({ origin, path, body }) => {
    const url = origin + path;
    return Promise.resolve(async () => (await fetch(url, { method: 'POST', headers: HEADERS, body })).text());
  },
  undici: async ({ origin, path, body }) => {
    const { request } = await load<{ request: UndiciRequest }>('undici');
    const url = origin + path;
    return async () => (await request(url, { method: 'POST', headers: HEADERS, body })).body.text();
  },
  'node-http': async ({ origin, path, body }) => {
    const { Agent, request } = await import('node:http');
    const agent = new Agent({ keepAlive: true, maxSockets: 1024 });
    const { hostname, port } = new URL(origin);
    const options = { hostname, port, path, method: 'POST', agent };
    const headers = { ...HEADERS, 'content-length': String(Buffer.byteLength(body)) };
    return async () =>
      new Promise((resolve, reject) => {
        const call = request({ ...options, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve(Buffer.concat(chunks).toString()));
          response.on('error', reject);
        });
        call.on('error', reject);
        call.end(body);
      });
  },
  'axios-agentkeepalive': async ({ origin, path, body }) => {
    const [{ default: axios }, { default: Agent }] = await Promise.all([
      load<{ default: Axios }>('axios'),
      load<{ default: new (options: object) => unknown }>('agentkeepalive'),
    ]);
    const httpAgent = new Agent({ maxSockets: 1024, maxFreeSockets: 1024 });
    const client = axios.create({ baseURL: origin, httpAgent, headers: HEADERS, responseType: 'text' });
    return async () => (await client.post(path, body)).data;
  },
};

type UndiciRequest = (url: string, options: object) => Promise<{ readonly body: { text(): Promise<string> } }>;

interface Axios {
  create(options: object): { post(path: string, body: string): Promise<{ readonly data: string }> };
}
