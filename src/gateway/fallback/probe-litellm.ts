/** Asks an address whether LiteLLM answers there, and whether it lets in somebody without a key. */
import type { HeaderList, Transport, TransportFactory } from '../../wire/contract.ts';
import { DEFAULT_TRANSPORT_OPTIONS } from '../../wire/undici-transport.ts';

export type Verdict =
  | { readonly kind: 'up' }
  /** It serves whoever comes, although this gateway asks for a key. */
  | { readonly kind: 'open' }
  /** Nobody is there, or somebody else. */
  | { readonly kind: 'gone'; readonly reason: string }
  /** Somebody is there who does not answer in time. */
  | { readonly kind: 'silent'; readonly reason: string };

export interface Question {
  readonly origin: string;
  /** Whether somebody without a key must be refused; asked when it was not yet, or may be another process. */
  readonly mustRefuse: boolean;
  readonly verifyTls: boolean;
}

export type Probe = (question: Question) => Promise<Verdict>;

const ANSWER_MS = 5_000;
const ALIVE_PATH = '/health/liveliness';
/** Every key may read it, and nobody without one. */
const PROTECTED_PATH = '/v1/models';

export function litellmProbe(transportFor: TransportFactory): Probe {
  return async ({ origin, mustRefuse, verifyTls }) => {
    const transport = transportFor(origin, { ...DEFAULT_TRANSPORT_OPTIONS, connectTimeoutMs: ANSWER_MS, verifyTls });
    try {
      const alive = await ask(transport, origin, ALIVE_PATH);
      if (alive.kind !== 'answer') return alive;
      if (alive.status !== 200)
        return { kind: 'gone', reason: `it answers ${ALIVE_PATH} with ${alive.status}, which LiteLLM does not` };
      if (!mustRefuse) return { kind: 'up' };
      const without = await ask(transport, origin, PROTECTED_PATH);
      if (without.kind !== 'answer') return without;
      return without.status === 200 ? { kind: 'open' } : { kind: 'up' };
    } finally {
      void transport.close();
    }
  };
}

type Answer =
  { readonly kind: 'answer'; readonly status: number } | Exclude<Verdict, { kind: 'up' } | { kind: 'open' }>;

function ask(transport: Transport, origin: string, path: string): Promise<Answer> {
  return new Promise((resolve) => {
    let status = 0;
    const request = { origin, method: 'GET', path, headers: HEADERS, body: null, bodyLength: 0 };
    const call = transport.send(request, {
      onHead: (answered) => (status = answered),
      onData: () => undefined,
      onEnd: () => settle({ kind: 'answer', status }),
      onError: ({ code, message }) => settle({ kind: code === 'connect-timeout' ? 'silent' : 'gone', reason: message }),
    });
    const timer = setTimeout(() => {
      call.abort();
      resolve({ kind: 'silent', reason: `${origin}: no answer within ${ANSWER_MS / 1000} seconds` });
    }, ANSWER_MS);
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
  });
}

const HEADERS: HeaderList = ['accept', 'application/json'];
