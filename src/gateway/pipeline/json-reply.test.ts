import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecordingPort } from '../../../test/support/recording-port.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { JsonReply, type JsonReplyOptions } from './json-reply.ts';

const WHOLE =
  '{"id":"c1", "model" : "gpt-4o-2024", "choices":[{"message":{"content":"Grüße 👩‍👩‍👧"}}],"usage":{"total_tokens":5}}';

function reply(
  text: string | Buffer,
  options: Partial<JsonReplyOptions> = {},
  size = Number.POSITIVE_INFINITY,
): RecordingPort {
  const port = new RecordingPort();
  const to = new JsonReply(port, {
    clientModel: Buffer.from('"mine"'),
    stampId: null,
    convert: null,
    emptyUsage: null,
    status: 200,
    ...options,
  });
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) to.onData(bytes.subarray(at, at + size));
  to.onEnd();
  return port;
}

describe('JsonReply', () => {
  test.each([1, 2, 3, 7, 64, Number.POSITIVE_INFINITY])(
    'passes the bytes on with the client model spliced, cut every %s bytes',
    (size) => {
      const port = reply(WHOLE, {}, size);
      expect(port.exchange.text).toBe(WHOLE.replace('"gpt-4o-2024"', '"mine"'));
      expect([port.exchange.status, port.exchange.replied('content-type')]).toEqual([200, ['application/json']]);
      expect(port.usage).toEqual({ total_tokens: 5 });
      expect(port.facts).toMatchObject({ model: 'gpt-4o-2024', usage: { total_tokens: 5 }, serviceTier: null });
    },
  );

  test('leaves every byte alone where nothing is stamped', () => {
    expect(reply(WHOLE, { clientModel: null }, 5).exchange.text).toBe(WHOLE);
  });

  test('stamps the id of a response and the model, wherever they stand', () => {
    const stampId = (id: string): string => `managed(${id})`;
    const port = reply('{"model":"x","a":1,"id":"r\\u00e9"}', { stampId }, 3);
    expect(port.exchange.json).toEqual({ model: 'mine', a: 1, id: 'managed(ré)' });
    expect(reply('{"id":7}', { stampId }).exchange.text).toBe('{"id":7}');
  });

  test('a reply that is cut anywhere is never a success', () => {
    const bytes = Buffer.from(WHOLE);
    for (let length = 0; length < bytes.length; length += 1) {
      const port = reply(bytes.subarray(0, length));
      expect(port.failure?.code).toBe('internal');
      expect([port.exchange.headSent, port.usage]).toEqual([false, undefined]);
    }
  });

  test.each(['', '[]', 'null', '"text"', '<html>bad gateway</html>', `${WHOLE}x`, '\ufeff{}', '{"a":NaN}'])(
    'answers an error instead of %j',
    (text) => {
      const port = reply(text);
      expect(port.failure?.code).toBe('internal');
      expect(port.exchange.headSent).toBe(false);
    },
  );

  test('bytes that are not UTF-8 are an error', () => {
    expect(reply(Buffer.from('7b2261223a22ff227d', 'hex')).failure).not.toBeNull();
  });

  test('a control character that the scanner lets pass and a parser does not is an error, not an accident', () => {
    const port = reply(`{"usage":{"note":"${'x'.repeat(80)}\t"}}`);
    expect(port.failure?.code).toBe('internal');
    expect(port.exchange.headSent).toBe(false);
  });

  test.each(['{"error":{"message":"overloaded"}}', '{"error":"overloaded","model":"m"}'])(
    '%s is an error although its status says otherwise',
    (text) => {
      const port = reply(text, {}, 4);
      expect(port.failure?.message).toContain('overloaded');
      expect(port.exchange.headSent).toBe(false);
    },
  );

  test.each(['{"error":null}', '{"error":""}', '{"error":{}}', '{"error":false}', '{"error":{"a":1},"choices":[]}'])(
    '%s is none',
    (text) => {
      expect(reply(text).failure).toBeNull();
    },
  );

  test('of two equal keys the last one counts, for the stamp and for what is read', () => {
    const port = reply('{"model":"a","usage":{"total_tokens":1},"model":"b","us\\u0061ge":{"total_tokens":2}}');
    expect(port.exchange.text).toBe('{"model":"mine","usage":{"total_tokens":2}}');
    expect(port.usage).toEqual({ total_tokens: 2 });
    expect(port.facts?.model).toBe('b');
  });

  test('means the same as parsing, stamping and writing anew, whatever the members and the chunks', () => {
    const key = fc.constantFrom('model', 'id', 'usage', 'choices', 'x y', 'ключ', '__proto__', 'service_tier');
    const members = fc.array(fc.tuple(key, fc.jsonValue({ maxDepth: 3 })), { maxLength: 7 });
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 30 }), fc.boolean(), (all, size, stamps) => {
        const text = `{${all.map(([name, value]) => ` ${JSON.stringify(name)} :\n${JSON.stringify(value)}`).join(',')}}`;
        const given = JSON.parse(text) as Record<string, unknown>;
        const port = reply(text, { stampId: stamps ? (id) => `[${id}]` : null }, size);
        const expected: Record<string, unknown> = JSON.parse(text) as Record<string, unknown>;
        if (Object.hasOwn(given, 'model')) expected['model'] = 'mine';
        if (stamps && typeof given['id'] === 'string') expected['id'] = `[${given['id']}]`;
        expect(port.failure).toBeNull();
        expect(port.exchange.json).toEqual(expected);
        const usage = Object.hasOwn(given, 'usage') ? given['usage'] : null;
        expect(port.usage).toEqual(typeof usage === 'object' && !Array.isArray(usage) ? usage : null);
      }),
      { numRuns: 500 },
    );
  });

  test('a conversion sees the whole reply, and the model is stamped after it', () => {
    const convert = (body: object): { readonly model: string } =>
      ({ ...body, model: 'other', converted: true }) as { readonly model: string };
    const port = reply('{"model":"a","b":1}', { convert }, 2);
    expect(port.exchange.json).toEqual({ model: 'mine', b: 1, converted: true });
  });

  test('a reply of 10 MB is handed over in its own chunks, never joined', () => {
    const chunk = Buffer.alloc(64 * 1024, 0x78);
    const port = new RecordingPort();
    const to = new JsonReply(port, {
      clientModel: Buffer.from('"mine"'),
      stampId: null,
      convert: null,
      emptyUsage: null,
      status: 200,
    });
    to.onData(Buffer.from('{"model":"up","data":"'));
    for (let index = 0; index < 160; index += 1) to.onData(chunk);
    to.onData(Buffer.from('"}'));
    to.onEnd();
    const { parts } = port.exchange;
    expect(parts.filter((part) => part.buffer === chunk.buffer)).toHaveLength(160);
    expect(Math.max(...parts.map((part) => part.length))).toBe(chunk.length);
    expect(port.exchange.text.startsWith('{"model":"mine","data":"x')).toBe(true);
  });

  test('a connection that breaks answers its error', () => {
    const port = new RecordingPort();
    const to = new JsonReply(port, { clientModel: null, stampId: null, convert: null, emptyUsage: null, status: 200 });
    to.onData(Buffer.from(WHOLE));
    to.onBroken(new GatewayError('api_connection', 'reset'));
    expect(port.failure?.message).toBe('reset');
    expect(port.exchange.headSent).toBe(false);
  });
});
