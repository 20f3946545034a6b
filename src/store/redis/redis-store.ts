/**
 * The cluster store over Redis or Valkey: each exchange is one pipelined call (with a Redis Cluster one call per limit,
 * because each limit lies in a slot of its own).
 *
 * Keys: `{fast-litellm}:…` for what belongs to all, `fast-litellm:<kind>:{<hash>}` for limits, whose names never leave
 * the process; a namespace goes before them.
 */
import type { SliceGrant } from '../../rate-limit/slices/contract.ts';
import type { SliceKind } from '../../rate-limit/slices/slice-signals.ts';
import { SLOT_LEASE_MS } from '../../rate-limit/slices/slice-set.ts';
import type {
  Beat,
  BeatAnswer,
  ClusterStore,
  DeploymentUse,
  ReportingProcess,
  SharedCooldown,
  SliceReport,
  UsageAnswer,
} from '../contract.ts';
import { BEAT_SCRIPT, USAGE_SCRIPT } from './beat-script.ts';
import type { RedisConnection } from './connect-redis.ts';
import { scriptOf } from './redis-script.ts';
import { SLOT_SCRIPT } from './slot-script.ts';
import { WINDOW_SCRIPT } from './window-script.ts';

export interface RedisStoreOptions {
  readonly connection: RedisConnection;
  readonly namespace: string;
  /** Whole seconds. */
  readonly windowMs: number;
}

/** A process that said nothing for so long is not counted. */
const SILENT_MS = 5000;
/** Keys of one script; a server does nothing else while it runs. */
const MOST_KEYS = 128;
const ANSWER_NUMBERS = 6;
const PREFIXES: Readonly<Record<SliceKind, string>> = {
  requests: 'fast-litellm:requests',
  tokens: 'fast-litellm:tokens',
  parallel: 'fast-litellm:parallel',
};

export class RedisStore implements ClusterStore {
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  readonly #windowSeconds: number;

  constructor({ connection, namespace, windowMs }: RedisStoreOptions) {
    this.#connection = connection;
    this.#prefix = namespace === '' ? '' : `${namespace}:`;
    this.#windowSeconds = Math.max(1, Math.ceil(windowMs / 1000));
  }

  async exchangeSlices(process: ReportingProcess, reports: readonly SliceReport[]): Promise<readonly SliceGrant[]> {
    const answers: SliceGrant[] = [];
    const indexed = reports.map((report, index) => ({ report, index }));
    const most = this.#connection.isClustered ? 1 : MOST_KEYS;
    const calls: Promise<void>[] = [];
    for (const isSlots of [false, true]) {
      const own = indexed.filter(({ report }) => (report.kind === 'parallel') === isSlots);
      for (let from = 0; from < own.length; from += most) {
        const part = own.slice(from, from + most);
        const call = this.#exchange(
          process,
          part.map(({ report }) => report),
          isSlots,
        );
        calls.push(
          call.then((found) => part.forEach(({ index }, at) => void (answers[index] = found[at] ?? NO_ANSWER))),
        );
      }
    }
    await Promise.all(calls);
    return answers;
  }

  async beat({ process, cooldowns, cooldownVersion }: Beat): Promise<BeatAnswer> {
    const values = [process, String(SILENT_MS), crypto.randomUUID(), String(cooldownVersion)];
    for (const { deployment, leftMs, status, rule } of cooldowns)
      values.push(deployment, String(Math.ceil(leftMs)), String(status), rule);
    const keys = ['processes', 'cooldowns', 'epoch'].map((name) => this.#common(name));
    const [processes, epoch, version, ...rest] = listOf(await this.#connection.run(BEAT, keys, values));
    return {
      processes: Number(processes),
      epoch: String(epoch),
      cooldownVersion: Number(version),
      cooldowns: Number(version) === cooldownVersion ? null : cooldownsOf(rest),
    };
  }

  async exchangeUsage(uses: readonly DeploymentUse[]): Promise<UsageAnswer> {
    const values = uses.flatMap(({ deployment, requests, tokens }) => [deployment, String(requests), String(tokens)]);
    const found = listOf(await this.#connection.run(USAGE, [this.#common('usage')], values)).map(String);
    const totals = new Map<string, { requests: number; tokens: number }>();
    let minute = 0;
    for (let at = 0; at + 1 < found.length; at += 2) {
      const [name = '', value] = [found[at], Number(found[at + 1])];
      if (name === 'minute') minute = value;
      else {
        const total = totals.get(name.slice(1)) ?? { requests: 0, tokens: 0 };
        total[name.startsWith('r') ? 'requests' : 'tokens'] = value;
        totals.set(name.slice(1), total);
      }
    }
    return { minute, totals: [...totals].map(([deployment, total]) => ({ deployment, ...total })) };
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #exchange(
    process: ReportingProcess,
    reports: readonly SliceReport[],
    isSlots: boolean,
  ): Promise<readonly SliceGrant[]> {
    const keys = reports.map(({ kind, key }) => `${this.#prefix}${PREFIXES[kind]}:{${key}}`);
    const length = isSlots ? SLOT_LEASE_MS : this.#windowSeconds;
    const values = [process.id, String(process.processes), String(length)];
    for (const { limit, window, leftMs, used, kept, pending, smallest, ahead } of reports)
      for (const number of isSlots
        ? [limit, used, kept, pending, ahead]
        : [limit, window, leftMs, used, kept, pending, smallest, ahead])
        values.push(String(number));
    const found = listOf(await this.#connection.run(isSlots ? SLOTS : WINDOWS, keys, values)).map(Number);
    return reports.map((_report, index) => answerOf(found, index * ANSWER_NUMBERS));
  }

  #common(name: string): string {
    return `${this.#prefix}{fast-litellm}:${name}`;
  }
}

const NO_ANSWER: SliceGrant = { window: 0, leftMs: 0, used: 0, granted: 0, free: 0, possible: 0 };

const WINDOWS = scriptOf(WINDOW_SCRIPT);
const SLOTS = scriptOf(SLOT_SCRIPT);
const BEAT = scriptOf(BEAT_SCRIPT);
const USAGE = scriptOf(USAGE_SCRIPT);

function answerOf(found: readonly number[], at: number): SliceGrant {
  const [window = 0, leftMs = 0, used = 0, granted = 0, free = 0, possible = 0] = found.slice(at, at + ANSWER_NUMBERS);
  return { window, leftMs, used, granted, free, possible };
}

function cooldownsOf(found: readonly unknown[]): readonly SharedCooldown[] {
  const cooldowns: SharedCooldown[] = [];
  for (let at = 0; at + 3 < found.length; at += 4) {
    const [deployment, leftMs, status, rule] = found.slice(at, at + 4);
    cooldowns.push({
      deployment: String(deployment),
      leftMs: Number(leftMs),
      status: Number(status),
      rule: String(rule),
    });
  }
  return cooldowns;
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('Redis answered a script with something else than a list');
  return value;
}
