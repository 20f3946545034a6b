import { describe, expect, it } from 'vitest';
import { FakeExchange } from '../../../test/support/fake-exchange.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { methodNotAllowed, notFound, replyError } from './reply-error.ts';
import type { Logger } from 'pino';

function answer(error: unknown, exchange = new FakeExchange()) {
  const logged: unknown[] = [];
  const log = { error: (entry: unknown) => logged.push(entry) } as unknown as Logger;
  replyError(exchange, error, { headers: ['x-litellm-call-id', 'c1'], log });
  return { exchange, logged };
}

describe('replyError', () => {
  it('writes the envelope, the headers and retry-after', () => {
    const { exchange } = answer(
      new GatewayError('rate_limit', 'slow down', { retryAfterSeconds: 3, headers: ['x-a', 'b'] }),
    );
    expect(exchange.status).toBe(429);
    expect(exchange.json).toEqual({
      error: { message: 'slow down', type: 'throttling_error', param: null, code: '429' },
    });
    expect(exchange.replyHeaders).toEqual([
      'content-type',
      'application/json',
      'x-a',
      'b',
      'x-litellm-call-id',
      'c1',
      'retry-after',
      '3',
    ]);
  });

  it('answers 404 and 405 as FastAPI does', () => {
    expect(answer(notFound()).exchange).toMatchObject({ status: 404, text: '{"detail":"Not Found"}' });
    const { exchange } = answer(methodNotAllowed('GET'));
    expect(exchange).toMatchObject({ status: 405, text: '{"detail":"Method Not Allowed"}' });
    expect(exchange.replied('allow')).toEqual(['GET']);
  });

  it('logs a bug and shows nothing of it', () => {
    const { exchange, logged } = answer(new TypeError('secret inside'));
    expect(exchange.status).toBe(500);
    expect(exchange.text).not.toContain('secret');
    expect(logged).toHaveLength(1);
  });

  it('cuts a reply that has begun and leaves a finished one alone', () => {
    const begun = new FakeExchange();
    begun.replyHead(200, []);
    expect(answer(new GatewayError('internal', 'x'), begun).exchange.aborted).toBe(true);
    const done = new FakeExchange();
    done.reply(200, [], 'all');
    expect(answer(new GatewayError('internal', 'x'), done).exchange).toMatchObject({ text: 'all', aborted: false });
  });
});
