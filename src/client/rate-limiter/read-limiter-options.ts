/** Options of `RateLimiter`, checked: a slip must not mean no limit. */
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import type { LimitAlgorithm } from '../../rate-limit/contract.ts';
import type { CounterSetOptions } from '../../rate-limit/counters.ts';
import { unknownName } from '../router/names.ts';
import type { RateLimiterOptions, RateLimitRequest, RateLimits } from './contract.ts';

export interface ReadLimiterOptions {
  readonly limits: RateLimits;
  readonly counters: CounterSetOptions;
  readonly now: () => number;
  readonly windowSeconds: number;
}

const ALGORITHMS: ReadonlyMap<string, LimitAlgorithm> = new Map([
  ['window', 'window'],
  ['sliding', 'sliding'],
  ['token-bucket', 'token_bucket'],
]);
const LIMITS = ['requests', 'tokens', 'concurrency'] as const;
const REQUEST = ['tokens', 'limits'];
const OTHERS = ['algorithm', 'windowSeconds', 'leaseSeconds', 'keys', 'shared', 'now'];

/** @throws GatewayError `bad_request` */
export function readLimiterOptions(options: RateLimiterOptions): ReadLimiterOptions {
  if (kindOfValue(options) !== 'an object') throw wrong('the options', 'an object', options);
  for (const name of Object.keys(options))
    if (!OTHERS.includes(name) && !(LIMITS as readonly string[]).includes(name))
      throw unknownName('option of RateLimiter', name, [...LIMITS, ...OTHERS]);
  const { algorithm = 'window', windowSeconds = 60, leaseSeconds, keys, shared, now = () => Date.now() } = options;
  const known = ALGORITHMS.get(algorithm);
  if (known === undefined) throw unknownName('algorithm of RateLimiter', String(algorithm), ALGORITHMS.keys());
  const windowMs = positive('windowSeconds', windowSeconds) * 1000;
  return {
    limits: checkedLimits(options, ''),
    counters: {
      algorithm: known,
      windowMs,
      ...(leaseSeconds === undefined ? {} : { leaseMs: positive('leaseSeconds', leaseSeconds) * 1000 }),
      ...(keys === undefined ? {} : { capacity: whole('keys', keys, 1) }),
      ...(shared === undefined ? {} : { shared }),
    },
    now,
    windowSeconds,
  };
}

/** @throws GatewayError `bad_request`: a misspelt limit would be none */
export function checkRequest(request: RateLimitRequest): void {
  checkNames(request, 'request', 'member of a request to RateLimiter', REQUEST);
}

/** Limits of one call. @returns only what is said @throws GatewayError `bad_request` */
export function checkedOwnLimits(limits: RateLimits): RateLimits {
  checkNames(limits, 'limits', 'limit of RateLimiter', LIMITS);
  return checkedLimits(limits, 'limits.');
}

function checkNames(given: object, what: string, member: string, known: readonly string[]): void {
  if (kindOfValue(given) !== 'an object') throw wrong(what, 'an object', given);
  for (const name in given) if (!known.includes(name)) throw unknownName(member, name, known);
}

/** @throws GatewayError `bad_request` */
export function checkWork(work: unknown): void {
  if (typeof work !== 'function') throw wrong('work', 'a function, the third argument of run', work);
}

/** @param prefix of the names, for messages @returns only what is said @throws GatewayError `bad_request` */
function checkedLimits(limits: RateLimits, prefix: string): RateLimits {
  const read: { -readonly [Name in keyof RateLimits]: RateLimits[Name] } = {};
  for (const name of LIMITS) {
    const value = limits[name];
    if (value !== undefined)
      read[name] = value === null ? null : whole(prefix + name, value, name === 'concurrency' ? 1 : 0);
  }
  return read;
}

/** @throws GatewayError `bad_request` */
export function checkedTokens(tokens: number | undefined, name: string): number | null {
  return tokens === undefined ? null : whole(name, tokens, 0);
}

/** What the tables hold. */
const LARGEST_COUNT = 2 ** 30 - 1;

function whole(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least && value <= LARGEST_COUNT) return value;
  throw wrong(name, `a whole number from ${least} to ${LARGEST_COUNT}`, value);
}

function positive(name: string, value: number): number {
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
  throw wrong(name, 'a number above 0', value);
}

function wrong(name: string, wanted: string, got: unknown): GatewayError {
  const shown = typeof got === 'number' ? String(got) : kindOfValue(got);
  return new GatewayError('bad_request', `RateLimiter: ${name} has to be ${wanted}; got ${shown}.`, { param: name });
}
