/** This library's pool, over the transport that it has in the gateway. */
import { TimerWheel } from '../../src/primitives/timer-wheel.ts';
import { UpstreamPools } from '../../src/pool/upstream-pools.ts';
import { createUndiciTransport, DEFAULT_TRANSPORT_OPTIONS } from '../../src/wire/undici-transport.ts';
import type { PoolInput } from './protocol.ts';

const DEADLINES = { connectMs: 10_000, firstByteMs: 60_000, gapMs: Infinity, totalMs: 60_000 };

export function fastLitellmClient(
  { origin, path, body }: PoolInput,
  headers: Readonly<Record<string, string>>,
): () => Promise<string> {
  const now = (): number => performance.now();
  const pools = new UpstreamPools({
    transportFor: createUndiciTransport,
    transportOptions: DEFAULT_TRANSPORT_OPTIONS,
    wheel: new TimerWheel({ now }),
    now,
  });
  const bytes = Buffer.from(body);
  const request = {
    origin,
    path,
    method: 'POST',
    headers: Object.entries(headers).flat(),
    body: [bytes],
    bodyLength: bytes.length,
  };
  return async () =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      pools.send(request, DEADLINES, {
        onHead: () => {},
        onData: (chunk) => chunks.push(chunk),
        onEnd: () => resolve(Buffer.concat(chunks).toString()),
        onError: ({ message }) => reject(new Error(message)),
        onDeadline: (kind) => reject(new Error(`passed its ${kind} bound`)),
      });
    });
}
