/**
 * What was decided on is what is sent: whatever a client writes, the provider's own parser reads the model, the stream
 * switch and the time limit that the gateway acted on. The deployment here keeps every member, so that the bytes sent
 * can be asked for all of them.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssembledGateway } from '../../../test/support/assembled-gateway.ts';
import { FakeExchange } from '../../../test/support/fake-exchange.ts';
import { deployment } from '../../../test/support/snapshot.ts';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import type { UpstreamTarget } from '../../providers/contract.ts';
import { createCompiledDeployments } from './compiled-deployments.ts';
import { LlmCall } from './llm-call.ts';
import { CHAT } from './llm-routes.ts';
import type { LlmPipeline } from './pipeline.ts';

interface Member {
  readonly key: string;
  /** Where the key's letters are written as escapes. */
  readonly escapes: readonly boolean[];
  readonly value: JsonValue;
  readonly blanks: readonly [string, string, string, string];
}

const KEYS = ['model', 'stream', 'timeout', 'request_timeout', 'user', 'messages', 'ключ', 'n', '__proto__', 'a"b\\'];

const blank = fc.constantFrom('', '', ' ', '\n', '\t', '\r\n  ');
const name = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => `m${text.replaceAll(/[*/:]/g, '-')}`);
const values = new Map<string, fc.Arbitrary<JsonValue>>([
  ['model', fc.oneof({ weight: 9, arbitrary: name }, fc.constantFrom<JsonValue[]>(null, 7, ['m']))],
  ['stream', fc.constantFrom<JsonValue[]>(true, true, false, null, 1, 'true')],
  ['timeout', fc.constantFrom<JsonValue[]>(1, 2.5, '3', 40, null, 0, 'x')],
  ['request_timeout', fc.constantFrom<JsonValue[]>(5, 6.5, 70)],
  ['messages', fc.constant<JsonValue>([{ role: 'user', content: 'Grüße 👩‍👩‍👧 "model": \\' }])],
]);

function memberOf(key: string): fc.Arbitrary<Member> {
  return fc.record({
    key: fc.constant(key),
    escapes: fc.oneof(
      { weight: 6, arbitrary: fc.constant<boolean[]>([]) },
      fc.array(fc.boolean(), { minLength: key.length, maxLength: key.length }),
    ),
    value: values.get(key) ?? (fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>),
    blanks: fc.tuple(blank, blank, blank, blank),
  });
}

/** Members besides those that a call needs: any, or none twice. */
const others = fc.oneof(
  fc.array(fc.constantFrom(...KEYS).chain(memberOf), { maxLength: 6 }),
  fc
    .subarray(KEYS.filter((key) => key !== 'model' && key !== 'messages'))
    .chain((keys) => fc.tuple(...keys.map(memberOf))),
);
const members = fc
  .tuple(memberOf('model'), memberOf('messages'), others)
  .map(([model, messages, rest]) => [model, messages, ...rest])
  .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));

function written(all: readonly Member[]): string {
  const parts = all.map(({ key, escapes, value, blanks }) => {
    const letters = Array.from(JSON.stringify(key).slice(1, -1), (letter, index) =>
      escapes[index] === true && /[a-z]/.test(letter) && !key.includes('\\')
        ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
        : letter,
    );
    return `${blanks[0]}"${letters.join('')}"${blanks[1]}:${blanks[2]}${JSON.stringify(value)}${blanks[3]}`;
  });
  return `{${parts.join(',')}}`;
}

/** A deployment for every name, whose provider gets every member. */
function keepingGateway(): { readonly gateway: AssembledGateway; readonly pipeline: LlmPipeline } {
  const gateway = new AssembledGateway({
    deployments: [deployment('d', '*', { model: 'openai/*', api_base: 'http://provider.test', api_key: 'k' })],
  });
  const compile = (_deployment: unknown, model: string): UpstreamTarget => ({
    provider: 'openai',
    model: model.replace(/^openai\//, ''),
    origin: 'http://provider.test',
    path: '/',
    headers: [],
    apiBase: '',
    sendsModel: true,
    sendsStreamFalse: true,
    asksForStreamUsage: false,
    params: { alwaysSlow: false, verdict: () => 'keep', rewrite: (body) => body },
    errorHeaders: 'none',
  });
  const pipeline = { ...gateway.assembly.pipeline, compiled: createCompiledDeployments(compile, '1') };
  return { gateway, pipeline };
}

function seconds(document: JsonObject): number {
  const [last] = Object.keys(document)
    .filter((key) => key === 'timeout' || key === 'request_timeout')
    .slice(-1);
  const value = last === undefined ? null : document[last];
  return value === null || value === undefined ? 6000 : Number(value);
}

function isRefused(document: JsonObject): boolean {
  const limit = seconds(document);
  return typeof document['model'] !== 'string' || !Number.isFinite(limit) || limit <= 0;
}

/** A member that nobody escaped and that no other repeats is not touched. */
function isPlain(all: readonly Member[], text: string): boolean {
  const keys = new Set(all.map(({ key }) => key));
  return keys.size === all.length && !text.includes('\\u') && !keys.has('a"b\\');
}

interface Outcome {
  readonly model: unknown;
  readonly stream: boolean;
  readonly firstByteMs: number;
  /** Everything but the stream switch, which may be left out where it says nothing. */
  readonly rest: JsonObject;
}

/** What the gateway must have acted on when a parser reads this document. */
function meaning(document: JsonObject): Outcome {
  const { stream, ...rest } = document;
  const limit = seconds(document);
  const silent = limit === 6000 && stream === true;
  return { model: document['model'], stream: stream === true, firstByteMs: silent ? 600_000 : limit * 1000, rest };
}

describe('LlmCall', () => {
  test('acts on what the provider reads', () => {
    const { gateway, pipeline } = keepingGateway();
    const { calls } = gateway.upstream;
    const context = { state: pipeline.state, pathParams: new Map(), caller: { kind: 'master' }, route: '/' } as const;
    const seen = { sent: 0, refused: 0, verbatim: 0 };
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 40 }), (all, size) => {
        calls.length = 0;
        const text = written(all);
        const bytes = Buffer.from(text);
        const body: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) body.push(bytes.subarray(at, at + size));
        const exchange = new FakeExchange({ method: 'POST', body });
        new LlmCall(pipeline, CHAT, exchange, context).start();

        const given = JSON.parse(text) as JsonObject;
        const refused = isRefused(given);
        seen[refused ? 'refused' : 'sent'] += 1;
        expect([exchange.status, calls.length]).toEqual(refused ? [400, 0] : [0, 1]);
        for (const call of calls) {
          const { firstByteMs, totalMs } = call.deadlines;
          const read = JSON.parse(call.text) as JsonObject;
          const { stream: _stream, ...rest } = read;
          const acted = { model: read['model'], stream: totalMs === Number.POSITIVE_INFINITY, firstByteMs, rest };
          expect(acted).toEqual(meaning(read));
          expect(acted).toEqual(meaning(given));
          const verbatim = isPlain(all, text) && typeof given['stream'] === 'boolean';
          if (verbatim) seen.verbatim += 1;
          expect(verbatim ? call.text : text).toBe(text);
        }
      }),
      { numRuns: 1500 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
  });
});
