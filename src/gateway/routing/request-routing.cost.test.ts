/** What of a request is parsed for routing: the texts that are taken of its bytes are counted. */
import { describe, expect, it } from 'vitest';
import { FakeExchange } from '../../../test/support/fake-exchange.ts';
import { ByteSegments } from '../../primitives/byte-segments.ts';
import { scanShallow } from '../../protocol/shallow-json-scanner.ts';
import type { RoutingRequest } from '../../router/contract.ts';
import { RECORDED_RESILIENCE, readRoutingPolicy } from '../../router/routing-policy.ts';
import { readRequestFields } from '../pipeline/request-fields.ts';
import { routingRequestOf, type RoutingRules } from './request-routing.ts';

const policy = (router: object): RoutingRules['policy'] =>
  readRoutingPolicy({ router: { ...router }, litellm: {}, resilience: RECORDED_RESILIENCE });

const PLAIN: RoutingRules = {
  policy: policy({}),
  readsTags: false,
  affinity: null,
  lacksWebSearch: false,
  defaultPriority: null,
};

interface Read {
  readonly request: RoutingRequest;
  /** Members whose text was taken, in order. */
  readonly parsed: readonly string[];
}

const FACTS = {
  model: 'm',
  stream: false,
  inputTokens: null,
  pinnedId: null,
  mayUse: null,
  keepsRefusals: false,
  waitSeconds: null,
};

/** Bytes that tell which members of the document are read. */
class WatchedBytes extends ByteSegments {
  readonly taken: number[] = [];

  override text(start = 0, end = this.length): string {
    this.taken.push(start);
    return super.text(start, end);
  }
}

function read(
  members: object,
  rules: Partial<RoutingRules> = {},
  headers: Readonly<Record<string, string>> = {},
): Read {
  const bytes = new WatchedBytes();
  const buffer = Buffer.from(JSON.stringify({ model: 'm', ...members }));
  bytes.append(buffer);
  const scan = scanShallow(buffer);
  const request = routingRequestOf(
    { ...PLAIN, ...rules },
    { ...FACTS, fields: readRequestFields(bytes, scan), exchange: new FakeExchange({ headers }) },
  );
  const keyAt = (start: number): string => scan.fields.find(({ valueStart }) => valueStart === start)?.key ?? '?';
  return { request, parsed: bytes.taken.map(keyAt) };
}

const BIG = {
  tags: ['a'],
  metadata: { tags: ['b'], session_id: 's', notes: 'x'.repeat(100_000) },
  litellm_metadata: { tags: ['c', 'a'] },
  litellm_session_id: 'session',
  response_format: { type: 'json_schema', json_schema: { description: 'x'.repeat(100_000) } },
  web_search_options: {},
  tools: [{ type: 'function', function: { name: 'web_search' } }],
  allowed_model_region: 'eu',
  include_fallback_errors: true,
};

describe('a request whose members no rule needs', () => {
  it('is not parsed at all', () => {
    const { request, parsed } = read(BIG);
    expect(parsed).toEqual([]);
    expect(request).toMatchObject({
      tags: null,
      region: null,
      usesResponseFormat: false,
      usesWebSearch: false,
      affinityKey: null,
      overrides: null,
    });
  });

  it('has only its overrides parsed, once', () => {
    const { request, parsed } = read({ ...BIG, num_retries: 3, fallbacks: ['other'], priority: 2, user: 'u' });
    expect(parsed.toSorted()).toEqual(['fallbacks', 'num_retries', 'priority']);
    expect(request.priority).toBe(2);
    expect(request.overrides).toMatchObject({ numRetries: 3, fallbacks: ['other'] });
  });
});

describe('what a rule needs', () => {
  it.each<[string, Partial<RoutingRules>, readonly string[], Partial<RoutingRequest>]>([
    ['tags', { readsTags: true }, ['tags', 'metadata', 'litellm_metadata'], { tags: ['a', 'b', 'c'] }],
    ['a session', { affinity: 'session' }, ['litellm_session_id'], { affinityKey: 'session' }],
    ['a user', { affinity: 'user' }, [], { affinityKey: null }],
    ['web searches', { lacksWebSearch: true }, ['web_search_options'], { usesWebSearch: true }],
    [
      'checks before the call, which need no schema',
      { policy: policy({ enable_pre_call_checks: true }) },
      ['allowed_model_region'],
      { region: 'eu', usesResponseFormat: true },
    ],
  ])('is parsed for %s, each once', (_name, rules, parsed, expected) => {
    const found = read(BIG, rules);
    expect(found.parsed).toEqual(parsed);
    expect(found.request).toMatchObject(expected);
  });

  it('is parsed once for two rules', () => {
    const { litellm_session_id: _session, ...members } = BIG;
    const { request, parsed } = read(members, { readsTags: true, affinity: 'session' });
    expect(parsed).toEqual(['tags', 'metadata', 'litellm_metadata']);
    expect(request.affinityKey).toBe('s');
  });

  it('is parsed for the tags that a request itself switches on', () => {
    expect(read({ ...BIG, enable_tag_filtering: true }).request.tags).toEqual(['a', 'b', 'c']);
  });

  it('is refused where it is no JSON', () => {
    const raw = `{"metadata":{"notes":"${'x'.repeat(200)}\u0001${'x'.repeat(200)}"}}`;
    const bytes = new ByteSegments();
    bytes.append(Buffer.from(raw));
    const fields = readRequestFields(bytes, scanShallow(Buffer.from(raw)));
    const facts = { ...FACTS, fields, exchange: new FakeExchange() };
    expect(() => routingRequestOf(PLAIN, facts)).not.toThrow();
    expect(() => routingRequestOf({ ...PLAIN, readsTags: true }, facts)).toThrow(SyntaxError);
  });
});

describe('web searches', () => {
  it.each<[string, object, boolean]>([
    ['a tool of that type', { tools: [{ type: 'web_search_preview' }] }, true],
    ['a function of that name', { tools: BIG.tools }, false],
    ['options set to null', { web_search_options: null }, false],
    ['no tool', {}, false],
  ])('%s', (_name, members, expected) => {
    expect(read(members, { lacksWebSearch: true }).request.usesWebSearch).toBe(expected);
  });
});

describe('the header for retries', () => {
  it.each([
    ['4', 4],
    ['x', 3],
  ])('%s', (header, expected) => {
    const { request } = read({ num_retries: 3, max_fallbacks: 1 }, {}, { 'x-litellm-num-retries': header });
    expect(request.overrides).toMatchObject({ numRetries: expected, maxFallbacks: 1 });
  });

  it('stands alone too', () => {
    expect(read({}, {}, { 'x-litellm-num-retries': '0' }).request.overrides?.numRetries).toBe(0);
  });
});
