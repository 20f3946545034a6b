/**
 * Shadow runs beside a real LiteLLM find nothing: on a sample of the recorded cases that must be the same, LiteLLM
 * answers, native code answers once more, and the two are compared.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampleSchema, type SampleCase } from '../support/compat-sample.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { RealLitellm } from '../support/real-litellm.ts';
import { ReplayingProvider } from '../support/replaying-provider.ts';

const sample = path.join(import.meta.dirname, '../sample');
const read = (file: string): string => readFileSync(path.join(sample, file), 'utf8');
const { cases, environment } = sampleSchema.parse(JSON.parse(read('compat/recordings.json')));
/** Everything is compared, and nothing is skipped. */
const SHADOW = `
acceleration:
  shadow_paid_calls: true
  route: { mode: shadow, shadow: { percent: 100, queue: 1000, time_percent: 100 } }
`;

let provider: ReplayingProvider;
let litellm: RealLitellm;
let gateway: GatewayProcess;

beforeAll(async () => {
  provider = await ReplayingProvider.start();
  const variables = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace('{{upstream}}', provider.origin)]),
  );
  const config = read('compat/config-main.yaml') + SHADOW;
  litellm = await RealLitellm.start(config, variables);
  gateway = await GatewayProcess.start(config, { args: ['--fallback', litellm.origin], environment: variables });
});

afterAll(async () => {
  await gateway?.stop();
  await litellm?.stop();
  await provider?.close();
});

interface Figures {
  /** Answers of LiteLLM that native code could have given. */
  readonly drawn: number;
  readonly comparisons: number;
  readonly mismatches: number;
  readonly skipped: number;
  readonly unreadable: number;
}

async function figures(): Promise<Figures> {
  const reply = await fetch(`${gateway.url}/acceleration`, { headers: { authorization: 'Bearer sk-1234' } });
  const { components, fallback } = (await reply.json()) as {
    readonly components: readonly { readonly counts: Readonly<Record<string, number>> }[];
    readonly fallback: { readonly notCompared: { readonly unreadable: number } };
  };
  const sum = (name: string): number => components.reduce((total, { counts }) => total + (counts[name] ?? 0), 0);
  const drawn = sum('originalCalls');
  return {
    drawn,
    comparisons: sum('comparisons'),
    mismatches: sum('mismatches'),
    skipped: sum('skippedComparisons'),
    unreadable: fallback.notCompared.unreadable,
  };
}

async function ask({ request }: SampleCase['steps'][0]): Promise<void> {
  const { method, path: route, headers, body, raw_body: raw } = request;
  const json = body === undefined ? null : JSON.stringify(body);
  const reply = await fetch(gateway.url + route, {
    method,
    headers: { ...(json === null ? {} : { 'content-type': 'application/json' }), ...headers },
    body: raw ?? json,
    redirect: 'manual',
  });
  await reply.arrayBuffer();
}

const doneIn = ({ comparisons, skipped, unreadable }: Figures): number => comparisons + skipped + unreadable;

/** Neither a comparison nor a word why there is none. */
const COMPARES_WITHIN_MS = 5_000;

/**
 * The gateway compares after the answer, in its own time. What was not drawn, such as a refused key, it does not compare.
 * @returns null when it should have compared and did not
 */
async function settled(before: Figures): Promise<Figures | null> {
  const until = performance.now() + COMPARES_WITHIN_MS;
  while (performance.now() < until) {
    const now = await figures();
    if (now.drawn === before.drawn || doneIn(now) > doneIn(before)) return now;
  }
  return null;
}

it('finds no difference', { timeout: 150_000 }, async () => {
  const different: string[] = [];
  for (const { name, steps, replies } of cases) {
    const before = await figures();
    // The provider is asked by LiteLLM, then once more by native code.
    provider.replay([...replies, ...replies]);
    await ask(steps[0]);
    const after = await settled(before);
    if (after === null) different.push(`${name} (not compared)`);
    else if (after.mismatches > before.mismatches) different.push(name);
  }
  const { comparisons, skipped } = await figures();
  expect(different).toEqual([]);
  expect([comparisons > 40, skipped]).toEqual([true, 0]);
});
