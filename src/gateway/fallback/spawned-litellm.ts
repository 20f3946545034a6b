/**
 * A LiteLLM of the gateway's own: started with it, restarted when it dies or hangs, replaced when the configuration
 * changes, stopped with it.
 *
 * A replacement is started beside the process that serves and takes over once it answers, so that a reload costs no
 * request; one that does not come up changes nothing. Restarts after growing pauses, the first one at once.
 */
import type { Logger } from 'pino';
import type { SnapshotSource } from '../threads/configuration-source.ts';
import { RestartDelay } from '../threads/restart-delay.ts';
import type { FallbackHealth, FallbackState, RunningFallback } from './contract.ts';
import { FallbackError } from './fallback-error.ts';
import { firstState, HeldState } from './fallback-state.ts';
import type { FallbackTools } from './fallback-tools.ts';
import { HealthWatch } from './health-watch.ts';
import type { LitellmProcess } from './litellm-process.ts';

const PROGRAM = 'litellm';
/** For a process that is stopped with the gateway, whose own requests have ended by then. */
const STOP_MS = 10_000;

export interface SpawnOptions {
  readonly configFile: string;
  readonly snapshots: SnapshotSource;
  readonly log: Logger;
  /** For the requests of a process that is replaced. */
  readonly drainTimeoutMs: number;
}

/** @throws FallbackError when there is no such program */
export function spawnLitellm(options: SpawnOptions, tools: FallbackTools): RunningFallback {
  const program = tools.findProgram(PROGRAM, options.snapshots.current().environment);
  if (program === null)
    throw new FallbackError(
      `--fallback spawn starts the program ${PROGRAM}, which is not on the PATH. Install it with \`pip install 'litellm[proxy]'\`, or add its folder to the PATH.`,
    );
  const spawned = new SpawnedLitellm(options, program, tools);
  spawned.start();
  return spawned;
}

/** One process and whoever looks after it. */
interface Life {
  readonly process: LitellmProcess;
  readonly watch: HealthWatch;
  readonly startedMs: number;
  /** Whether it serves; false: it ended before it did. */
  readonly served: Promise<boolean>;
}

class SpawnedLitellm implements RunningFallback {
  readonly #options: SpawnOptions;
  readonly #program: string;
  readonly #tools: FallbackTools;
  readonly #state: HeldState;
  readonly #delay = new RestartDelay();
  readonly #stopping = new AbortController();
  readonly #leave: () => void;
  /** The process whose address is told. */
  #life: Life | null = null;
  /** The process that is to replace it. */
  #next: Life | null = null;
  #supervision: Promise<void> = Promise.resolve();
  /** What went wrong last with a process, until one answers anew; told where the health gives no reason of its own. */
  #trouble: string | null = null;

  constructor(options: SpawnOptions, program: string, tools: FallbackTools) {
    this.#options = options;
    this.#program = program;
    this.#tools = tools;
    this.#state = new HeldState(firstState({ kind: 'spawn', configFile: options.configFile }, tools.now()), tools.now);
    this.#leave = options.snapshots.subscribe(() => {
      this.#replace().catch((err: unknown) => options.log.error({ err }, NOT_REPLACED));
    });
  }

  current(): FallbackState {
    return this.#state.current();
  }

  subscribe(listener: (state: FallbackState) => void): () => void {
    return this.#state.subscribe(listener);
  }

  start(): void {
    this.#supervision = this.#supervise().catch((err: unknown) => {
      this.#options.log.error({ err }, 'LiteLLM is not looked after any more.');
    });
  }

  async stop(): Promise<void> {
    this.#leave();
    this.#stopping.abort();
    const lives = [this.#life, this.#next].filter((life) => life !== null);
    await Promise.all(lives.map((life) => this.#end(life, STOP_MS)));
    await this.#supervision;
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#stopping;
    for (let gone: Life | null = null; ;) {
      // A replacement may have taken over meanwhile.
      if (this.#life === gone) {
        const begun = await this.#begin();
        if (signal.aborted || this.#life !== gone) await this.#end(begun, 0);
        else this.#life = begun;
      }
      const life: Life | null = this.#life;
      if (signal.aborted || life === null) return;
      const how = await life.process.ended;
      life.watch.stop();
      if (signal.aborted) return;
      gone = life;
      if (this.#life === life) await this.#pauseAfter(life, how);
    }
  }

  async #pauseAfter({ process, startedMs }: Life, how: string): Promise<void> {
    this.#trouble = `${how}; the log has its last lines`;
    const { restarts } = this.#state.current();
    this.#state.change({ origin: null, health: 'down', reason: this.#trouble, restarts: restarts + 1 });
    this.#options.log.error({ how, last: process.lastLines }, DIED);
    const waitMs = this.#delay.next(this.#tools.monotonicMs() - startedMs);
    if (waitMs > 0) await this.#tools.pause(waitMs, this.#stopping.signal);
  }

  /** A new process whose health becomes the state while it is the one that serves. */
  async #begin(): Promise<Life> {
    const { configFile, snapshots, log } = this.#options;
    const { launch, freePort, probe, pause, monotonicMs } = this.#tools;
    const process = launch({
      program: this.#program,
      configFile,
      port: await freePort(),
      environment: snapshots.current().environment,
      onLine: (line) => log.debug({ source: PROGRAM }, line),
    });
    const { promise: up, resolve: comesUp } = Promise.withResolvers<boolean>();
    const watch = new HealthWatch({
      origin: process.origin,
      probe,
      pause,
      verifyTls: () => true,
      asksForKey: () => snapshots.current().general.masterKey !== null,
      onHealth: (health, reason) => {
        if (health === 'up') comesUp(true);
        if (this.#life === life) this.#tell(life, health, reason);
      },
      onHung: () => {
        log.error('LiteLLM has not answered for a minute and is ended.');
        void process.stop(0);
      },
    });
    const served = Promise.race([up, process.ended.then(() => false)]);
    const life: Life = { process, watch, startedMs: monotonicMs(), served };
    void watch.run();
    return life;
  }

  #tell({ process, startedMs }: Life, health: FallbackHealth, reason: string | null): void {
    const before = this.#state.current().health;
    if (health === 'up' && before !== 'up') this.#trouble = null;
    const told = health === 'starting' ? (this.#trouble ?? reason) : (reason ?? this.#trouble);
    this.#state.change({ origin: process.origin, health, reason: told });
    if (health === before) return;
    if (health === 'up') {
      const seconds = Math.round((this.#tools.monotonicMs() - startedMs) / 1000);
      this.#options.log.info({ seconds }, 'LiteLLM answers.');
    } else this.#options.log.warn({ reason }, health === 'silent' ? SILENT : DOWN);
  }

  async #replace(): Promise<void> {
    const { log, drainTimeoutMs } = this.#options;
    const overtaken = this.#next;
    const next = await this.#begin();
    this.#next = next;
    if (overtaken !== null) void this.#end(overtaken, 0);
    if (this.#stopping.signal.aborted) await this.#end(next, 0);
    const served = await next.served;
    if (this.#next !== next || this.#stopping.signal.aborted) return;
    this.#next = null;
    if (!served) {
      next.watch.stop();
      log.error({ last: next.process.lastLines }, NOT_REPLACED);
      this.#trouble = NOT_REPLACED;
      this.#state.change({ reason: this.#trouble });
      return;
    }
    const old = this.#life;
    this.#life = next;
    this.#trouble = null;
    this.#state.change({ origin: next.process.origin, health: 'up', reason: null });
    log.info('LiteLLM was started again with the new configuration.');
    if (old !== null) await this.#end(old, drainTimeoutMs);
  }

  async #end({ process, watch }: Life, timeoutMs: number): Promise<void> {
    watch.stop();
    await process.stop(timeoutMs);
  }
}

const SILENT =
  'LiteLLM has not answered for a while. What only it serves goes on being sent to it and waits; native routes are not affected.';
const DOWN = 'LiteLLM does not answer; native routes are not affected.';
const DIED = 'LiteLLM ended and is started again. What only it serves gets 503 until then.';
const NOT_REPLACED =
  'LiteLLM did not start with the new configuration; the process with the old one goes on. Its last lines in the log say why.';
