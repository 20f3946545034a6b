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
    const letters = [...JSON.stringify(key).slice(1, -1)].map((letter, index) =>
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

describe('LlmCall', () => {
  test('acts on what the provider reads', () => {
    const { gateway, pipeline } = keepingGateway();
    const { calls } = gateway.upstream;
    const context = { state: pipeline.state, pathParams: new Map(), caller: { kind: 'master' }, route: '/' } as const;
    const seen = { sent: 0, refused: 0, verbatim: 0, rewritten: 0 };
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
        if (isRefused(given)) {
          seen.refused += 1;
          expect([exchange.status, calls.length]).toEqual([400, 0]);
          return;
        }
        seen.sent += 1;
        const sent = gateway.upstream.only;
        const read = JSON.parse(sent.text) as JsonObject;
        expect(read['model']).toBe(given['model']);
        expect(read['stream'] === true).toBe(sent.deadlines.totalMs === Number.POSITIVE_INFINITY);
        expect(sent.deadlines.firstByteMs).toBe(
          seconds(read) === 6000 && read['stream'] === true ? 600_000 : seconds(read) * 1000,
        );
        // Nothing but the stream switch may differ from what the client's own parser would read.
        const { stream: _given, ...asked } = given;
        const { stream: _read, ...got } = read;
        expect(got).toEqual(asked);
        const plain =
          new Set(all.map(({ key }) => key)).size === all.length && !text.includes('\\u') && !text.includes('a\\"b');
        if (plain && typeof given['stream'] === 'boolean') {
          seen.verbatim += 1;
          expect(sent.text).toBe(text);
        } else seen.rewritten += 1;
      }),
      { numRuns: 1500 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(5);
  });
});
