import { describe, expect, test } from 'vitest';
import { RecordingPort } from '../../../test/support/recording-port.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { TextReply } from './text-reply.ts';

const SRT = '1\n00:00:00,000 --> 00:00:01,000\nGrüße "👩‍👩‍👧"\n';

describe('TextReply', () => {
  test.each([1, 3, 1000])('puts the text into JSON, cut every %s bytes', (size) => {
    const port = new RecordingPort();
    const to = new TextReply(port);
    const bytes = Buffer.from(SRT);
    for (let at = 0; at < bytes.length; at += size) to.onData(bytes.subarray(at, at + size));
    to.onEnd();
    expect(port.exchange.json).toEqual({ text: SRT });
    expect(port.exchange.replied('content-type')).toEqual(['application/json']);
    expect(port.usage).toBeNull();
  });

  test('breaks off with an error and without a head', () => {
    const port = new RecordingPort();
    const to = new TextReply(port);
    to.onData(Buffer.from('half'));
    to.onBroken(new GatewayError('api_connection', 'reset'));
    expect([port.failure?.message, port.exchange.headSent]).toEqual(['reset', false]);
  });

  test('keeps at most 64 MB', () => {
    const port = new RecordingPort();
    const to = new TextReply(port);
    const chunk = Buffer.alloc(16 * 1024 * 1024);
    for (let index = 0; index < 4; index += 1) to.onData(chunk);
    expect(port.failure).toBeNull();
    to.onData(Buffer.from('x'));
    expect(port.failure?.message).toBe('the reply is too large');
  });
});
