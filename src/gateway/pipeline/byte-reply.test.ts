import { describe, expect, test } from 'vitest';
import { RecordingPort } from '../../../test/support/recording-port.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { ByteReply } from './byte-reply.ts';

describe('ByteReply', () => {
  test('passes the very chunks on as they come, with the provider’s status and type', () => {
    const port = new RecordingPort();
    const to = new ByteReply(port, 206, 'audio/mpeg');
    const chunks = [Buffer.from([0, 255, 1]), Buffer.from([254])];
    for (const chunk of chunks) to.onData(chunk);
    expect(port.exchange.ended).toBe(false);
    to.onEnd();
    expect(port.exchange.parts).toEqual(chunks);
    expect(port.exchange.parts[0]).toBe(chunks[0]);
    expect([port.exchange.status, port.exchange.replied('content-type')]).toEqual([206, ['audio/mpeg']]);
    expect([port.contentCount, port.usage, port.exchange.ended]).toEqual([2, null, true]);
  });

  test('an empty body has a head too', () => {
    const port = new RecordingPort();
    new ByteReply(port, 200, 'audio/wav').onEnd();
    expect([port.exchange.status, port.exchange.ended]).toEqual([200, true]);
  });

  test('a slow client pauses the provider', () => {
    const port = new RecordingPort();
    port.exchange.full = true;
    new ByteReply(port, 200, 'audio/wav').onData(Buffer.from('x'));
    expect(port.pauses).toBe(1);
  });

  test('a reply that breaks off is no success', () => {
    const port = new RecordingPort();
    const to = new ByteReply(port, 200, 'audio/wav');
    to.onData(Buffer.from('x'));
    to.onBroken(new GatewayError('api_connection', 'reset'));
    expect([port.failure?.message, port.usage, port.exchange.ended]).toEqual(['reset', undefined, false]);
  });
});
