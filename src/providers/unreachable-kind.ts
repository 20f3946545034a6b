/** What it means for a call that the transport gave no answer. */
import type { TransportErrorCode } from '../wire/contract.ts';
import type { ProviderUnreachable } from './contract.ts';

const KINDS: Readonly<Partial<Record<TransportErrorCode, ProviderUnreachable['kind']>>> = {
  'malformed-reply': 'malformed',
  'connect-timeout': 'timeout',
  'invalid-request': 'unsendable',
};

export function unreachableKind(code: TransportErrorCode): ProviderUnreachable['kind'] {
  return KINDS[code] ?? 'connection';
}
