/** Requests over connections that are kept, to a local server over real sockets. */
import { get } from 'node:http';
import { JSON_BODY } from '../gateway/mock-answers.ts';
import { startMockProvider } from '../gateway/mock-provider.ts';
import { WORKLOADS } from '../gateway/workloads.ts';
import { builtPackage, installedLitellm, installedPackage, type Pythons } from '../installed.ts';
import type { Component, ComponentSession, Reading, Row } from '../table/contract.ts';
import {
  hashOf,
  JobFolder,
  nodeRunner,
  pythonRunner,
  readingOf,
  unread,
  type RunningContestant,
} from '../table/job-component.ts';
import { POOL_ROWS, type PoolInput } from './protocol.ts';

const REQUESTS = 64;
const MOST_CONNECTIONS = 4 * Math.max(...Object.values(POOL_ROWS).map(({ atATime }) => atATime));
const PATH = '/v1/chat/completions';
const BODY = WORKLOADS.find(({ name }) => name === 'chat-1k-c1')?.body ?? '';
const JOB = { limitMs: 60_000, timing: { warmUpMs: 400, sampleMs: 100 } };
const NO_FETCH = 'has no fetch()';
const NO_POOL = 'its pool hands out strings and opens no connection';

export function poolComponent(pythons: Pythons): Component {
  const contestants = contestantsOf(pythons);
  const row = (name: string, label: string): Row => ({
    name,
    section: 'Connection pool, keep-alive over real sockets',
    label: `1 KB request, ${label}`,
    quantity: 'cpu',
    empty: { fast_litellm: NO_POOL },
  });
  return {
    name: 'pool',
    contestants,
    rows: [
      row('pool/1', 'one at a time'),
      row('pool/64', '64 at a time'),
      {
        ...row('pool/fetch-64', 'through fetch(), 64 at a time'),
        lacking: { 'node-http': NO_FETCH, 'axios-agentkeepalive': NO_FETCH, litellm: NO_FETCH },
      },
    ],
    open: async () => openSession(contestants),
  };
}

function contestantsOf(pythons: Pythons): readonly RunningContestant[] {
  const javascript = { runner: nodeRunner(import.meta.dirname) };
  const npm = { ...javascript, column: 'npm' } as const;
  const node = { ...npm, version: process.versions.node, missing: null };
  return [
    {
      ...javascript,
      name: 'fast-litellm',
      label: 'fast-litellm',
      column: 'ours',
      remark: '`request` and `fetch` of a `ConnectionPool`',
      ...builtPackage(),
    },
    { ...node, name: 'global-fetch', label: 'global fetch' },
    { ...node, name: 'node-http', label: 'node:http agent' },
    { ...npm, name: 'undici', label: 'undici, default agent', ...installedPackage('undici') },
    { ...npm, name: 'axios-agentkeepalive', label: 'axios + agentkeepalive', ...installedPackage('axios') },
    {
      name: 'litellm',
      label: 'LiteLLM (aiohttp transport)',
      column: 'litellm',
      runner: pythonRunner(pythons.litellm, import.meta.dirname),
      ...installedLitellm(pythons),
    },
  ];
}

async function openSession(contestants: readonly RunningContestant[]): Promise<ComponentSession> {
  const server = await startMockProvider();
  const jobs = new JobFolder();
  const origin = `http://127.0.0.1:${server.port}`;
  const input: PoolInput = { origin, path: PATH, body: BODY, answer: JSON_BODY, requests: REQUESTS };
  return {
    fixtures: { 'pool requests': hashOf([BODY, JSON_BODY]) },
    async measure(name, rows) {
      const contestant = contestants.find((one) => one.name === name);
      if (contestant === undefined) throw new Error(`no contestant ${name}`);
      const before = await connectionsSoFar(origin);
      const result = await jobs.run(contestant.runner, { contestant: name, rows, input, ...JOB });
      const opened = (await connectionsSoFar(origin)) - before - 1;
      const scale = {
        operations: REQUESTS,
        expected: REQUESTS,
        wrong: (right: number) => `${REQUESTS - right} of ${REQUESTS} answers are not the server's`,
      };
      return new Map(
        rows.map((row) => {
          const outcome = result.outcomes.get(row);
          const reading = outcome === undefined ? unread(result) : readingOf(outcome, scale);
          return [row, opened > MOST_CONNECTIONS ? withoutKeepAlive(reading, opened) : reading];
        }),
      );
    },
    async close() {
      jobs.remove();
      await server.stop();
    },
  };
}

function withoutKeepAlive(reading: Reading, opened: number): Reading {
  return 'why' in reading ? reading : { ...reading, wrong: `does not keep connections: opened ${opened}` };
}

async function connectionsSoFar(origin: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(`${origin}/`, { agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve((JSON.parse(text) as { connections: number }).connections));
    }).on('error', reject);
  });
}
