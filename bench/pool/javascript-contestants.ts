/** How each JavaScript client asks over connections that it keeps: its documented way for many requests to one server. */
import { load, loadOwn } from '../child/door.ts';
import type { PoolInput, Way } from './protocol.ts';

/** Sends the request once. @returns the text of the answer */
export type Ask = () => Promise<string>;
type Client = Readonly<Partial<Record<Way, Ask>>>;

const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer sk-bench' };
/** At least as many connections as requests at a time. */
const MOST_SOCKETS = 1024;

export const CLIENTS: Readonly<Record<string, (input: PoolInput) => Promise<Client>>> = {
  'fast-litellm': async ({ origin, path, body }) => {
    const { ConnectionPool } = await loadOwn<{ ConnectionPool: new () => OwnPool }>('fast-litellm');
    const pool = new ConnectionPool();
    const options = { method: 'POST', headers: HEADERS, body };
    return {
      call: async () => (await pool.request(origin + path, options)).body.text(),
      fetch: async () => (await pool.fetch(origin + path, options)).text(),
    };
  },
  'global-fetch': async ({ origin, path, body }) => {
    const ask: Ask = async () => (await fetch(origin + path, { method: 'POST', headers: HEADERS, body })).text();
    return Promise.resolve({ call: ask, fetch: ask });
  },
  undici: async ({ origin, path, body }) => {
    const undici = await load<Undici>('undici');
    const options = { method: 'POST', headers: HEADERS, body };
    return {
      call: async () => (await undici.request(origin + path, options)).body.text(),
      fetch: async () => (await undici.fetch(origin + path, options)).text(),
    };
  },
  'node-http': async ({ origin, path, body }) => {
    const { Agent, request } = await import('node:http');
    const agent = new Agent({ keepAlive: true, maxSockets: MOST_SOCKETS, maxFreeSockets: MOST_SOCKETS });
    const { hostname, port } = new URL(origin);
    const headers = { ...HEADERS, 'content-length': String(Buffer.byteLength(body)) };
    const options = { hostname, port, path, method: 'POST', agent, headers };
    const ask: Ask = async () =>
      new Promise((resolve, reject) => {
        const call = request(options, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve(Buffer.concat(chunks).toString()));
          response.on('error', reject);
        });
        call.on('error', reject);
        call.end(body);
      });
    return { call: ask };
  },
  'axios-agentkeepalive': async ({ origin, path, body }) => {
    const [{ default: axios }, { default: Agent }] = await Promise.all([
      load<{ default: Axios }>('axios'),
      load<{ default: new (options: object) => unknown }>('agentkeepalive'),
    ]);
    const httpAgent = new Agent({ maxSockets: MOST_SOCKETS, maxFreeSockets: MOST_SOCKETS });
    const client = axios.create({ baseURL: origin, httpAgent, headers: HEADERS, responseType: 'text' });
    return { call: async () => (await client.post(path, body)).data };
  },
};

interface TextBody {
  text(): Promise<string>;
}

interface OwnPool {
  request(url: string, options: object): Promise<{ readonly body: TextBody }>;
  fetch(url: string, options: object): Promise<TextBody>;
}

interface Undici {
  request(url: string, options: object): Promise<{ readonly body: TextBody }>;
  fetch(url: string, options: object): Promise<TextBody>;
}

interface Axios {
  create(options: object): { post(path: string, body: string): Promise<{ readonly data: string }> };
}
