/** `--health`, `--test`, `--test_async`: small clients of a gateway that already runs. */
import type { FlagValues } from './flag-values.ts';
import { DEFAULT_PORT } from './listen-address.ts';
import { StartError } from './usage-error.ts';

/** LiteLLM's, for a gateway that lists none. */
const DEFAULT_MODEL = 'gpt-3.5-turbo';
const DEFAULT_ASYNC_REQUESTS = 10;
const PROMPT = 'This is a test request. Answer with a short poem.';
const REQUEST_TIMEOUT_MS = 120_000;

export interface AskPort {
  readonly environment: ReadonlyMap<string, string>;
  out(text: string): void;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Milliseconds of the monotonic clock. */
  nowMs(): number;
}

export type Question = 'health' | 'test' | 'test_async';

export function questionOf(flags: FlagValues): Question | null {
  if (flags.values.get('health') === true) return 'health';
  if (flags.values.has('test')) return 'test';
  return flags.values.get('test_async') === true ? 'test_async' : null;
}

/** @returns the exit code: 0 when every answer was a success. @throws StartError when nobody answers */
export async function askGateway(question: Question, flags: FlagValues, port: AskPort): Promise<number> {
  const base = baseUrl(flags);
  if (question === 'health') return await printHealth(base, port);
  const model = stringFlag(flags, 'alias') ?? stringFlag(flags, 'model') ?? (await firstModel(base, port));
  const count = flags.values.get('num_requests');
  if (question === 'test_async' || (typeof count === 'number' && count > 1)) {
    return await manyChats(base, model, typeof count === 'number' ? count : DEFAULT_ASYNC_REQUESTS, port);
  }
  port.out(`A chat request to ${base}, model ${model}:\n`);
  const plain = await chat(base, model, false, port);
  port.out(`${await plain.text()}\n\nThe same, streamed:\n`);
  const streamed = await chat(base, model, true, port);
  await printStream(streamed, port);
  return plain.ok && streamed.ok ? 0 : 1;
}

/** The first model that the gateway lists. */
async function firstModel(base: string, port: AskPort): Promise<string> {
  const reply = await request(port, `${base}/v1/models`, { headers: headers(port) });
  const listed = (await reply.json().catch(() => null)) as { data?: { id?: unknown }[] } | null;
  const names = Array.isArray(listed?.data) ? listed.data.map(({ id }) => id) : [];
  const name = names.find((id) => typeof id === 'string' && !id.includes('*'));
  return typeof name === 'string' ? name : DEFAULT_MODEL;
}

async function printHealth(base: string, port: AskPort): Promise<number> {
  const reply = await request(port, `${base}/health`, { headers: headers(port) });
  const body = await reply.text();
  port.out(`${prettyJson(body)}\n`);
  return reply.ok ? 0 : 1;
}

async function manyChats(base: string, model: string, count: number, port: AskPort): Promise<number> {
  const started = port.nowMs();
  const statuses = await Promise.all(
    Array.from({ length: count }, async () => {
      const reply = await chat(base, model, false, port);
      await reply.arrayBuffer();
      return reply.status;
    }),
  );
  const successes = statuses.filter((status) => status < 400).length;
  const others = statuses.length - successes;
  port.out(`${count} requests in ${Math.round(port.nowMs() - started)} ms: ${successes} answered, ${others} failed.\n`);
  return others === 0 ? 0 : 1;
}

async function chat(base: string, model: string, stream: boolean, port: AskPort): Promise<Response> {
  const body = JSON.stringify({ model, stream, max_tokens: 256, messages: [{ role: 'user', content: PROMPT }] });
  return await request(port, `${base}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...headers(port), 'content-type': 'application/json' },
    body,
  });
}

async function request(port: AskPort, url: string, init: RequestInit): Promise<Response> {
  try {
    return await port.fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  } catch (error) {
    throw new StartError(`Nobody answers at ${url}. Start the gateway, or name its --host and --port.`, {
      cause: error,
    });
  }
}

async function printStream(reply: Response, port: AskPort): Promise<void> {
  if (reply.body === null) return;
  const decoder = new TextDecoder();
  for await (const chunk of reply.body) port.out(decoder.decode(chunk, { stream: true }));
  port.out('\n');
}

function headers(port: AskPort): Record<string, string> {
  const key = port.environment.get('LITELLM_MASTER_KEY');
  return key === undefined || key === '' ? {} : { authorization: `Bearer ${key}` };
}

function baseUrl(flags: FlagValues): string {
  const named = flags.values.get('test');
  if (typeof named === 'string' && named !== '') return named.replace(/\/+$/, '');
  const host = stringFlag(flags, 'host') ?? '127.0.0.1';
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const port = flags.values.get('port');
  const scheme = stringFlag(flags, 'ssl_certfile_path') === undefined ? 'http' : 'https';
  return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${typeof port === 'number' ? port : DEFAULT_PORT}`;
}

function stringFlag(flags: FlagValues, name: string): string | undefined {
  const value = flags.values.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
