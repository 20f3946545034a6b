/**
 * Selects `test/sample/`, the part of LiteLLM's recorded answers that `npm test` runs without anything beside the
 * checkout: recordings of the compat kit together with what the kit's provider answers to their upstream requests, and
 * rows of the golden sets that have a runner. Deterministic: the same kit and golden files give the same sample.
 * `node scripts/make-sample.ts`, with `../shared` beside the checkout.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync, copyFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import { z } from 'zod';

import type { JsonObject } from '../src/protocol/json.ts';
import { sampleCaseSchema, type SampleCase, type SampledReply } from '../test/support/compat-sample.ts';
import { readExcuses } from './compat/differences.ts';
import { readRecordings } from './compat/recordings.ts';
import { exclusionFor, readExclusions } from './golden/exclusions.ts';
import { readText } from './golden/prices.ts';
import { findRunner, NoRunnerError, runRow, setOf } from './golden.ts';

const CONFIG = 'config-main.yaml';
const AREAS = [
  'auth',
  'chat-params',
  'chat-routes',
  'chat-stream',
  'chat-providers',
  'completions',
  'embeddings',
  'errors-provider',
  'headers',
  'mock',
  'models',
  'ops',
  'validation',
];
const CASES_PER_AREA = 6;
const ROWS_PER_SET = 120;
/** What a replayed reply cannot show: timing, broken connections, state of the provider. */
const NOT_REPLAYABLE = /\[\[(slow|stall|cut|reset|fail-model)|"(slow|flaky|cut|dead)|multipart/;

const kitSchema = z.object({
  withUpstream: z.custom<() => Promise<{ port: number; server: { close(): void } }>>(
    (value) => typeof value === 'function',
  ),
  targetEnv: z.custom<(port: number) => Record<string, string>>((value) => typeof value === 'function'),
});

async function sampleRecordings(root: string, kit: string, target: string): Promise<number> {
  const { withUpstream, targetEnv } = kitSchema.parse(await import(pathToFileURL(path.join(kit, 'lib/kit.mjs')).href));
  const recordings = readRecordings(kit);
  const markdown = readFileSync(path.join(root, 'docs/differences-from-litellm.md'), 'utf8');
  const excused = new Set(readExcuses(markdown, new Set(recordings.keys())).map((excuse) => excuse.name));
  const provider = await withUpstream();
  const upstream = `http://127.0.0.1:${provider.port}`;
  const cases: SampleCase[] = [];
  for (const area of AREAS) {
    const usable = globSync(`cases/main/${area}__*.json`, { cwd: kit })
      .sort()
      .map((file) => usableCase(readFileSync(path.join(kit, file), 'utf8')))
      .filter((found) => found !== null)
      .filter(({ name }) => recordings.get(name)?.family === 'own' && !excused.has(name));
    for (const found of spread(usable, CASES_PER_AREA)) {
      const replies: SampledReply[] = [];
      for (const request of found.steps[0].expect.upstream ?? []) replies.push(await replyTo(upstream, request));
      cases.push({ ...found, replies });
    }
  }
  provider.server.close();
  const environment = Object.fromEntries(
    Object.entries(targetEnv(provider.port))
      .filter(([name]) => /^COMPAT_|_API_(BASE|KEY)$/.test(name))
      .map(([name, value]) => [name, value.replace(upstream, '{{upstream}}')]),
  );
  mkdirSync(path.join(target, 'compat'), { recursive: true });
  copyFileSync(path.join(kit, CONFIG), path.join(target, 'compat', CONFIG));
  writeFileSync(path.join(target, 'compat/recordings.json'), `${JSON.stringify({ environment, cases }, null, 1)}\n`);
  return cases.length;
}

/** Cases of one step that must hold as they are; null for one with rules that only the kit knows. */
function usableCase(text: string): SampleCase | null {
  if (NOT_REPLAYABLE.test(text)) return null;
  const parsed = sampleCaseSchema.safeParse({ ...JSON.parse(text), replies: [] });
  return parsed.success ? parsed.data : null;
}

type UpstreamRequest = NonNullable<SampleCase['steps'][0]['expect']['upstream']>[number];

async function replyTo(upstream: string, request: UpstreamRequest): Promise<SampledReply> {
  const query = new URLSearchParams(request.query).toString();
  const address = `${upstream}${request.path}${query === '' ? '' : `?${query}`}`;
  const body = request.body === undefined ? null : JSON.stringify(request.body);
  const reply = await fetch(address, { method: request.method, headers: request.headers, body });
  const kept = [...reply.headers].filter(
    ([name]) => !/^(date|connection|keep-alive|transfer-encoding|content-length)$/.test(name),
  );
  return { status: reply.status, headers: kept, body: await reply.text() };
}

async function sampleGolden(root: string, golden: string, target: string): Promise<number> {
  const exclusions = readExclusions(path.join(root, 'test/golden/exclusions.json'));
  const runners = path.join(root, 'scripts/golden');
  mkdirSync(path.join(target, 'golden'), { recursive: true });
  copyFileSync(path.join(golden, 'model_prices.json.gz'), path.join(target, 'golden/model_prices.json.gz'));
  let rows = 0;
  for (const name of globSync('*.{jsonl,jsonl.gz}', { cwd: golden }).sort()) {
    const [file, set] = [path.join(golden, name), setOf(name)];
    const runner = await findRunner(set, runners).catch((error: unknown) => {
      if (error instanceof NoRunnerError) return null;
      throw error;
    });
    if (runner === null) continue;
    const served: string[] = [];
    for (const line of readText(file).split('\n')) {
      if (line === '') continue;
      const row: JsonObject = JSON.parse(line);
      // Rows of work that is not there yet stay out; the ratchet watches them with the whole set.
      if (exclusionFor(set, row, exclusions) === undefined && (await runRow(runner, row, file, root)) === null)
        served.push(line);
    }
    const chosen = spread(served, ROWS_PER_SET);
    rows += chosen.length;
    writeFileSync(path.join(target, 'golden', `${set}.jsonl.gz`), gzipSync(`${chosen.join('\n')}\n`));
  }
  return rows;
}

/** At most `count` entries at equal distances. */
function spread<Entry>(list: readonly Entry[], count: number): readonly Entry[] {
  if (list.length <= count) return list;
  return Array.from({ length: count }, (_, index) => list[Math.floor((index * list.length) / count)]).filter(
    (entry) => entry !== undefined,
  );
}

const root = path.dirname(import.meta.dirname);
const target = path.join(root, 'test/sample');
const shared = path.resolve(root, '../shared');
rmSync(target, { recursive: true, force: true });
const cases = await sampleRecordings(root, path.join(shared, 'compat'), target);
const rows = await sampleGolden(root, path.join(shared, 'golden'), target);
process.stdout.write(`${cases} recordings, ${rows} golden rows\n`);
