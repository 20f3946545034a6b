/**
 * The program of `LoadProvider`: a provider in a process of its own, so that what it costs does not slow down whoever
 * measures. The first part of the path says what it does; request bodies are thrown away unread.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { completion, HEALTHY_TEXT, part } from './scripted-answers.ts';

const LARGE = Buffer.from(completion('large', 'ä0123456789'.repeat(830_000)));
const HEALTHY = Buffer.from(completion('healthy', HEALTHY_TEXT));
const MEGABYTE = Buffer.alloc(1_000_000, 'x');
const ERROR_MEGABYTES = 114;
const CHUNKS = 512;
const CHUNK_GAP_MS = 20;
const CHUNK = event(part('large-stream', 'x'.repeat(10_000)));
const WORD = event(part('endless', ' word'));

let openStreams = 0;

function event(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** Nothing is kept waiting for a reader that has gone. */
async function write(response: ServerResponse, bytes: Buffer | string): Promise<void> {
  if (!response.write(bytes) && !response.closed) {
    await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
}

function json(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}

async function hugeError(response: ServerResponse): Promise<void> {
  const length = ERROR_MEGABYTES * MEGABYTE.length;
  response.writeHead(500, { 'content-type': 'application/json', 'content-length': length });
  for (let sent = 0; sent < ERROR_MEGABYTES && !response.closed; sent += 1) await write(response, MEGABYTE);
  response.end();
}

async function stream(response: ServerResponse, say: () => Promise<void>): Promise<void> {
  openStreams += 1;
  response.once('close', () => (openStreams -= 1));
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  await say();
  response.end('data: [DONE]\n\n');
}

async function largeStream(response: ServerResponse): Promise<void> {
  for (let sent = 0; sent < CHUNKS && !response.closed; sent += 1) {
    await write(response, CHUNK);
    await pause(CHUNK_GAP_MS);
  }
}

async function endlessStream(response: ServerResponse): Promise<void> {
  for (let words = 0; words < 5; words += 1) response.write(WORD);
  const closed = once(response, 'close');
  while (!response.closed) {
    await Promise.race([closed, pause(1000, undefined, { ref: false })]);
    if (!response.closed) await write(response, WORD);
  }
}

const KINDS: Readonly<Record<string, (response: ServerResponse) => void | Promise<void>>> = {
  healthy: (response) => json(response, HEALTHY),
  large: (response) => json(response, LARGE),
  'huge-error': hugeError,
  'large-stream': (response) => stream(response, () => largeStream(response)),
  endless: (response) => stream(response, () => endlessStream(response)),
  open: (response) => json(response, Buffer.from(String(openStreams))),
};

function answer(request: IncomingMessage, response: ServerResponse): void {
  response.on('error', () => undefined);
  request.on('error', () => undefined).resume();
  request.on('end', () => {
    const kind = KINDS[request.url?.split('/')[1] ?? ''];
    if (kind === undefined) response.writeHead(404).end();
    else void kind(response);
  });
}

const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, answer);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
