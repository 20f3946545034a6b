import { describe, expect, it } from 'vitest';
import { FakeExchange } from '../../../test/support/fake-exchange.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { BodyReceiver } from '../../wire/contract.ts';
import type { RouteContext, RouteDefinition } from '../contract.ts';
import { NativeExchange, type HandOverRules } from './offered-exchange.ts';
import type { RequestBody } from './relayed-request.ts';

const ROUTE: RouteDefinition = {
  methods: ['POST'],
  path: '/v1/chat/completions',
  family: 'chat',
  access: 'key',
  handler: () => undefined,
};
const CONTEXT = {} as RouteContext;
const NOT_NATIVE = new GatewayError('not_implemented', 'not here');

function rig(body: readonly string[] = []) {
  const relayed: { readonly body: RequestBody; readonly reason: string }[] = [];
  const rules: HandOverRules = {
    whole: () => null,
    draw: () => null,
    isComparable: () => false,
    compare: () => undefined,
    relay: (_exchange, given, reason) => relayed.push({ body: given, reason }),
  };
  const client = new FakeExchange({ method: 'POST', body });
  return { relayed, client, exchange: new NativeExchange(client, rules) };
}

function receiver(changes: Partial<BodyReceiver> = {}): BodyReceiver & { readonly heard: string[] } {
  const heard: string[] = [];
  return {
    heard,
    onBodyChunk: (chunk) => heard.push(chunk.toString()),
    onBodyEnd: () => heard.push('end'),
    onBodyError: ({ reason }) => heard.push(reason),
    ...changes,
  };
}

async function textOf(body: RequestBody | undefined): Promise<string> {
  if (body?.kind === 'whole') return Buffer.concat(body.parts).toString();
  if (body?.kind !== 'passed-on') return '';
  const chunks: Buffer[] = [];
  for await (const chunk of body.stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe('an exchange that LiteLLM can take over', () => {
  it('is handed over unread while nothing was read', () => {
    const { exchange, relayed } = rig(['a']);
    exchange.begin(ROUTE, CONTEXT);
    expect(exchange.handOver(NOT_NATIVE)).toBe(true);
    expect(relayed).toEqual([{ body: { kind: 'unread' }, reason: 'feature' }]);
  });

  it('is handed over with the whole body when that was read', async () => {
    const { exchange, relayed } = rig(['a', 'bc']);
    exchange.begin(ROUTE, CONTEXT);
    const native = receiver();
    exchange.readBody(native, 100);
    expect(native.heard).toEqual(['a', 'bc', 'end']);
    expect(exchange.handOver(NOT_NATIVE)).toBe(true);
    expect(relayed[0]?.body).toMatchObject({ kind: 'whole', lengthBytes: 3 });
    expect(await textOf(relayed[0]?.body)).toBe('abc');
  });

  it('is handed over in the middle of its body, of which nothing is lost', async () => {
    const { exchange, relayed } = rig(['a', 'b', 'c']);
    exchange.begin(ROUTE, CONTEXT);
    const heard: string[] = [];
    exchange.readBody(
      receiver({
        onBodyChunk: (chunk) => {
          heard.push(chunk.toString());
          if (heard.length === 2) exchange.handOver(NOT_NATIVE);
        },
        onBodyEnd: () => heard.push('end'),
      }),
      100,
    );
    expect(heard).toEqual(['a', 'b']);
    expect(await textOf(relayed[0]?.body)).toBe('abc');
  });

  it('stays where a body that was too large cannot be handed on', () => {
    const { exchange, relayed } = rig(['abc', 'def']);
    exchange.begin(ROUTE, CONTEXT);
    const native = receiver();
    exchange.readBody(native, 4);
    expect(native.heard).toEqual(['abc', 'too-large']);
    expect([exchange.handOver(NOT_NATIVE), relayed.length]).toEqual([false, 0]);
  });

  it('stays once it is bound, or answered', () => {
    for (const end of [
      (exchange: NativeExchange) => exchange.bind(),
      (exchange: NativeExchange) => exchange.replyHead(200, []),
      (exchange: NativeExchange) => exchange.reply(200, [], ''),
    ]) {
      const { exchange, relayed } = rig();
      exchange.begin(ROUTE, CONTEXT);
      end(exchange);
      expect([exchange.handOver(NOT_NATIVE), relayed.length]).toEqual([false, 0]);
    }
  });

  it('is handed over once', () => {
    const { exchange, relayed } = rig();
    exchange.begin(ROUTE, CONTEXT);
    expect([exchange.handOver(NOT_NATIVE), exchange.handOver(NOT_NATIVE), relayed.length]).toEqual([true, false, 1]);
  });

  it('is handed over for a key before the route has begun, and not for the same error after that', () => {
    const denied = new GatewayError('auth_error', 'no');
    const { exchange, relayed } = rig();
    expect(exchange.handOver(denied)).toBe(true);
    expect(relayed[0]?.reason).toBe('credential');
    const begun = rig();
    begun.exchange.begin(ROUTE, CONTEXT);
    expect(begun.exchange.handOver(denied)).toBe(false);
  });

  it.each([
    ['unknown_model', 'model'],
    ['not_implemented', 'feature'],
    ['bad_request', null],
    ['rate_limit', null],
    ['internal', null],
  ] as const)('is handed over for what another can do better: %s', (code, reason) => {
    const { exchange, relayed } = rig();
    exchange.begin(ROUTE, CONTEXT);
    expect(exchange.handOver(new GatewayError(code, 'x'))).toBe(reason !== null);
    expect(relayed.map((one) => one.reason)).toEqual(reason === null ? [] : [reason]);
  });

  it('tells native code of its end, and whoever took it over afterwards', () => {
    const { exchange, client } = rig();
    exchange.begin(ROUTE, CONTEXT);
    const ends: string[] = [];
    exchange.onEnd((end) => ends.push(`native ${end}`));
    exchange.handOver(NOT_NATIVE);
    exchange.onEnd((end) => ends.push(`litellm ${end}`));
    client.leave();
    expect(ends).toEqual(['litellm client-left']);
  });
});
