/**
 * `npm run bench:python [-- --write]`: what a call of Python's litellm library takes, straight to a provider and through a
 * gateway: this one, and LiteLLM's own. The provider answers at once and runs here, so that the difference is what the way
 * costs. Rounds of all three take turns. `LITELLM_VENV` names a virtual environment with LiteLLM; `--write` puts the
 * table into docs/python.md.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { markdownTable } from '../bench/markdown-table.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { litellmEnvironment, litellmFolder, LITELLM_VERSION, RealLitellm } from '../test/support/real-litellm.ts';
import { completion, part, usagePart } from '../test/support/scripted-answers.ts';
import { writeGenerated } from './write-generated.ts';

const CHILD = path.join(import.meta.dirname, 'python-overhead.py');
const ROUNDS = 3;
const CALLS = 200;
const PLAIN = completion('gpt-4o', 'Hello');
const STREAM = [part('gpt-4o', 'Hel'), part('gpt-4o', 'lo'), part('gpt-4o', null, 'stop'), usagePart('gpt-4o')]
  .map((event) => `data: ${JSON.stringify(event)}\n\n`)
  .concat('data: [DONE]\n\n')
  .join('');

interface Times {
  readonly plain: readonly number[];
  readonly streamed: readonly number[];
  readonly at_once: number;
}

interface Way {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly rounds: Times[];
}

async function main(): Promise<void> {
  const provider = await startProvider();
  const config = `model_list:
  - { model_name: gpt-4o, litellm_params: { model: openai/gpt-4o, api_base: '${provider.apiBase}', api_key: k } }
general_settings: { master_key: sk-1234 }
`;
  const gateway = await GatewayProcess.start(config);
  const litellm = await RealLitellm.start(config);
  const through = (url: string): Way['environment'] => ({
    USE_LITELLM_PROXY: 'True',
    LITELLM_PROXY_API_BASE: url,
    LITELLM_PROXY_API_KEY: 'sk-1234',
  });
  const ways: readonly Way[] = [
    {
      name: 'straight to the provider',
      environment: { OPENAI_API_BASE: provider.apiBase, OPENAI_API_KEY: 'k' },
      rounds: [],
    },
    { name: 'through fast-litellm', environment: through(gateway.url), rounds: [] },
    { name: `through LiteLLM ${LITELLM_VERSION}`, environment: through(litellm.origin), rounds: [] },
  ];
  try {
    for (let round = 0; round < ROUNDS; round++) for (const way of ways) way.rounds.push(await timed(way.environment));
  } finally {
    await Promise.all([gateway.stop(), litellm.stop(), provider.close()]);
  }
  const text = report(ways);
  process.stdout.write(text);
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  if (values.write) writeGenerated('docs/python.md', 'bench:python', text);
}

async function timed(environment: Way['environment']): Promise<Times> {
  const child = spawn(path.join(litellmFolder(), 'bin/python'), [CHILD, String(CALLS)], {
    env: { HOME: '/nonexistent', PYTHONDONTWRITEBYTECODE: '1', ...litellmEnvironment(environment) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the Python program ended with ${String(code)}`);
  return JSON.parse(out.trim().split('\n').at(-1) ?? '') as Times;
}

function report(ways: readonly Way[]): string {
  const [direct] = ways;
  const plainOf = (way: Way | undefined): number => quantile(way?.rounds.flatMap(({ plain }) => plain) ?? [], 0.5);
  const rows = ways.map((way) => {
    const plain = way.rounds.flatMap((round) => round.plain);
    const streamed = way.rounds.flatMap((round) => round.streamed);
    const atOnce = quantile(
      way.rounds.map((round) => round.at_once),
      0.5,
    );
    return [
      way.name,
      ms(plainOf(way)),
      ms(quantile(plain, 0.95)),
      way === direct ? '-' : `+${ms(plainOf(way) - plainOf(direct))}`,
      ms(quantile(streamed, 0.5)),
      ms(atOnce),
    ];
  });
  const head = ['way', 'completion, median', '95 % below', 'added', 'stream, median', '16 at once, each'];
  const [cpu] = os.cpus();
  const machine = `${os.cpus().length} × ${cpu?.model.trim() ?? 'unknown'}`;
  return `${markdownTable(head, rows)}\n\n${ROUNDS} rounds of ${CALLS} calls; Node ${process.version}, ${machine}, one process each, everything on this machine.\n`;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

async function startProvider(): Promise<{ readonly apiBase: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const streams = body.includes('"stream":true') || body.includes('"stream": true');
      const type = streams ? 'text/event-stream' : 'application/json';
      response.writeHead(200, { 'content-type': type }).end(streams ? STREAM : PLAIN);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    apiBase: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

await main();
