/** Options of `ConnectionPool` and of its calls, checked: a slip must not mean no bound. */
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import type { Deadlines } from '../../pool/deadlines.ts';
import { unknownName } from '../router/names.ts';
import type { ConnectionPoolOptions, PoolDeadlines } from './contract.ts';

const COUNTS = ['connections', 'maxWaiting', 'maxOrigins'] as const;
const TIMES = ['connectTimeoutMs', 'keepAliveMs'] as const;
const DEADLINES = ['connectMs', 'firstByteMs', 'gapMs', 'totalMs'] as const;
const NAMES: readonly string[] = [...COUNTS, ...TIMES, 'verifyTls', 'deadlines'];

/** A full pool or a dead host is noticed without being asked to. */
const DEFAULT_CONNECT_MS = 30_000;

/** @throws GatewayError `bad_request` */
export function checkedPoolOptions(options: ConnectionPoolOptions): ConnectionPoolOptions {
  if (kindOfValue(options) !== 'an object') throw wrongPoolOption('the options', 'an object', options);
  for (const name of Object.keys(options))
    if (!NAMES.includes(name)) throw unknownName('option of ConnectionPool', name, NAMES);
  for (const name of COUNTS) {
    const value = options[name];
    const least = name === 'maxWaiting' ? 0 : 1;
    if (value !== undefined && !(Number.isInteger(value) && value >= least))
      throw wrongPoolOption(name, `a whole number, ${least} or more`, value);
  }
  for (const name of TIMES) {
    const value = options[name];
    if (value !== undefined && !isTime(value)) throw wrongPoolOption(name, 'a number above 0', value);
  }
  const { verifyTls } = options;
  if (verifyTls !== undefined && typeof verifyTls !== 'boolean')
    throw wrongPoolOption('verifyTls', 'true or false', verifyTls);
  deadlinesOf(options.deadlines, undefined);
  return options;
}

/** @param own of the call; they win over the pool's @throws GatewayError `bad_request` */
export function deadlinesOf(pool: PoolDeadlines | undefined, own: PoolDeadlines | undefined): Deadlines {
  const merged = { ...checked(pool), ...checked(own) };
  const { connectMs = DEFAULT_CONNECT_MS, firstByteMs = Infinity, gapMs = Infinity, totalMs = Infinity } = merged;
  return { connectMs, firstByteMs, gapMs, totalMs };
}

function checked(deadlines: PoolDeadlines | undefined): PoolDeadlines {
  if (deadlines === undefined) return {};
  if (kindOfValue(deadlines) !== 'an object') throw wrongPoolOption('deadlines', 'an object', deadlines);
  const set: Record<string, number> = {};
  for (const [name, value] of Object.entries(deadlines) as [string, unknown][]) {
    if (!(DEADLINES as readonly string[]).includes(name)) throw unknownName('deadline', name, DEADLINES);
    if (value === undefined) continue;
    if (typeof value !== 'number' || !(value > 0))
      throw wrongPoolOption(`deadlines.${name}`, 'a number above 0', value);
    set[name] = value;
  }
  return set;
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && Number.isFinite(value);
}

/** Never shows a value but a number: it may be a key. */
export function wrongPoolOption(name: string, wanted: string, got: unknown): GatewayError {
  const shown = typeof got === 'number' ? String(got) : kindOfValue(got);
  return new GatewayError('bad_request', `ConnectionPool: ${name} has to be ${wanted}; got ${shown}.`, { param: name });
}
