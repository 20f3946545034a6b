/** A rollout in time that a test moves, with everything it said. */
import type {
  ComponentDefinition,
  Rollout,
  RolloutComponent,
  RolloutEvent,
  RolloutRuntime,
} from '../../src/rollout/contract.ts';
import { createRollout } from '../../src/rollout/create-rollout.ts';
import { readSettings } from '../../src/rollout/read-settings.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { seededRandom } from './seeded-random.ts';

export const ROLLOUT_START_MS = 1_790_000_000_000;

/** As `setTimeout` has it. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Time in which a call takes as long as it says; timers and later turns run only when asked. */
export class RolloutTime implements RolloutRuntime {
  #elapsedMs = 0;
  #timers: Timer[] = [];
  #turns: (() => void)[] = [];
  readonly random: () => number;
  /** Reads of the fine clock. */
  clockReads = 0;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  readonly now = (): number => ROLLOUT_START_MS + this.#elapsedMs;

  readonly monotonicMs = (): number => {
    this.clockReads++;
    return this.#elapsedMs;
  };

  readonly startTimer = (callback: () => void, delayMs: number): (() => void) => {
    const timer = { atMs: this.#elapsedMs + Math.min(delayMs, LONGEST_TIMER_MS), callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  readonly defer = (callback: () => void): void => void this.#turns.push(callback);

  get timers(): number {
    return this.#timers.length;
  }

  get turns(): number {
    return this.#turns.length;
  }

  /** A call takes this long. */
  spend(ms: number): void {
    this.#elapsedMs += ms;
  }

  /** Lets time pass and fires the timers that come due, in order. */
  pass(ms: number): void {
    const endMs = this.#elapsedMs + ms;
    for (let next = this.#due(endMs); next !== undefined; next = this.#due(endMs)) {
      this.#timers = this.#timers.filter((each) => each !== next);
      this.#elapsedMs = Math.max(this.#elapsedMs, next.atMs);
      next.callback();
    }
    this.#elapsedMs = Math.max(this.#elapsedMs, endMs);
  }

  /** Runs what waits for the turn of the event loop to end, until nothing does, promises included. */
  async runTurns(): Promise<void> {
    await settled();
    for (let turns = this.#turns; turns.length > 0; turns = this.#turns) {
      this.#turns = [];
      for (const turn of turns) turn();
      await settled();
    }
  }

  #due(endMs: number): Timer | undefined {
    return this.#timers.filter(({ atMs }) => atMs <= endMs).sort((one, other) => one.atMs - other.atMs)[0];
  }
}

export interface LogLine {
  readonly level: 'info' | 'warn';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface TestRollout {
  readonly rollout: Rollout;
  readonly component: RolloutComponent;
  readonly time: RolloutTime;
  readonly events: RolloutEvent[];
  readonly lines: LogLine[];
}

export interface TestRolloutOptions {
  /** Of the component that is made. */
  readonly definition?: Partial<ComponentDefinition>;
  readonly block?: JsonObject;
  readonly environment?: Readonly<Record<string, string>>;
  readonly seed?: number;
}

/** One component `tokenizer`, which may be run twice unless told otherwise. */
export function testRollout({ definition, block, environment = {}, seed = 1 }: TestRolloutOptions): TestRollout {
  const time = new RolloutTime(seed);
  const lines: LogLine[] = [];
  const events: RolloutEvent[] = [];
  const rollout = createRollout({
    settings: readSettings({ block, environment: new Map(Object.entries(environment)) }),
    runtime: time,
    log: {
      info: (fields, message) => lines.push({ level: 'info', fields, message }),
      warn: (fields, message) => lines.push({ level: 'warn', fields, message }),
    },
  });
  rollout.subscribe((event) => events.push(event));
  const component = rollout.component({
    name: 'tokenizer',
    replaces: 'js-tiktoken',
    sticky: ['user', 'request'],
    repeatable: 'always',
    ...definition,
  });
  return { rollout, component, time, events, lines };
}

/** All promises that can go on have gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
