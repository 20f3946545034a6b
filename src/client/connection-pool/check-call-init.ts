/** What a call of `ConnectionPool` says beside its address, checked before anything is sent. */
import { kindOfValue } from '../../errors/kind-of-value.ts';
import { unknownName } from '../router/names.ts';
import type { PoolRequestInit } from './contract.ts';
import { wrongPoolOption } from './read-pool-options.ts';

const NAMES: readonly (keyof PoolRequestInit)[] = ['method', 'headers', 'body', 'signal', 'deadlines'];

/** @throws GatewayError `bad_request`: a misspelt member would be none */
export function checkRequestInit(init: PoolRequestInit): void {
  checkCallInit(init);
  for (const name in init)
    if (!(NAMES as readonly string[]).includes(name))
      throw unknownName('option of ConnectionPool.request', name, NAMES);
  const { method, headers } = init;
  if (method !== undefined && typeof method !== 'string') throw wrongPoolOption('method', 'text', method);
  // `Headers` and lists of pairs have no names of their own, and would be no headers.
  if (headers !== undefined && (kindOfValue(headers) !== 'an object' || Symbol.iterator in headers))
    throw wrongPoolOption('headers', "an object of names and values, e.g. { accept: '*/*' }", headers);
}

/** What `fetch` and `request` have in common. @throws GatewayError `bad_request` */
export function checkCallInit(init: { readonly signal?: unknown }): void {
  if (kindOfValue(init) !== 'an object') throw wrongPoolOption('init', 'an object', init);
  const { signal } = init;
  if (signal !== undefined && signal !== null && !isSignal(signal))
    throw wrongPoolOption('signal', 'an AbortSignal', signal);
}

function isSignal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { addEventListener, throwIfAborted } = value as Partial<AbortSignal>;
  return typeof addEventListener === 'function' && typeof throwIfAborted === 'function';
}
