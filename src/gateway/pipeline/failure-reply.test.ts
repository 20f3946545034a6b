import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../errors/gateway-error.ts';
import { FailureReply, MAX_FAILURE_BYTES } from './failure-reply.ts';

function collect(): { readonly reply: FailureReply; readonly answers: string[] } {
  const answers: string[] = [];
  return { reply: new FailureReply((body) => answers.push(body)), answers };
}

describe('FailureReply', () => {
  test('answers once, with the whole body', () => {
    const { reply, answers } = collect();
    for (const byte of Buffer.from('{"error":"ü"}')) reply.onData(Buffer.from([byte]));
    expect(answers).toEqual([]);
    reply.onEnd();
    reply.onEnd();
    expect(answers).toEqual(['{"error":"ü"}']);
  });

  test('answers with what came when the connection breaks', () => {
    const { reply, answers } = collect();
    reply.onData(Buffer.from('half'));
    reply.onBroken(new GatewayError('api_connection', 'reset'));
    expect(answers).toEqual(['half']);
  });

  test('does not wait for more than 64 KB', () => {
    const { reply, answers } = collect();
    reply.onData(Buffer.alloc(40_000, 'a'));
    reply.onData(Buffer.alloc(40_000, 'b'));
    reply.onData(Buffer.alloc(40_000, 'c'));
    reply.onEnd();
    expect(answers.map((body) => body.length)).toEqual([MAX_FAILURE_BYTES]);
    expect(answers[0]).not.toContain('c');
  });
});
