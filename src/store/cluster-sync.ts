/**
 * Keeps one process in step with the others that use the same store: its slices of limits, cooldowns, use of deployments.
 * Runs on the control thread; threads that count only touch shared memory.
 *
 * Promises: one round at a time, so that nothing queues up; a round every `intervalMs`, and for those who wait one at
 * once. No answer within `timeoutMs`: the process goes on alone (`SliceSignals.setAlone`), says so once, tries again after
 * 100 ms to 5 s (doubled, with jitter), and says once that it is back. What was counted meanwhile is reported then.
 */
import type { SliceSet } from '../rate-limit/slices/slice-set.ts';
import { answerWithin } from './answer-within.ts';
import type { BeatAnswer, ClusterHealth, ClusterStore } from './contract.ts';
import { DeploymentExchange, type SharedDeployments } from './deployment-exchange.ts';
import { SliceReconciler } from './slice-reconciler.ts';
import type { StartTimer } from './start-timer.ts';

/** The part of a logger that is used. */
export interface ClusterLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface ClusterSyncOptions {
  /** Asked again with each try when it rejects. */
  readonly connect: () => Promise<ClusterStore>;
  /** Name of this process, never used twice. */
  readonly process: string;
  /** null: no limits of callers to share. */
  readonly slices: SliceSet | null;
  readonly deployments: SharedDeployments | null;
  /** Default 100. */
  readonly intervalMs?: number;
  readonly timeoutMs: number;
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly startTimer: StartTimer;
  readonly log: ClusterLog;
  /** Told of every change. */
  readonly onHealth?: (health: ClusterHealth) => void;
}

const INTERVAL_MS = 100;
const LONGEST_RETRY_MS = 5000;
/** Without use of its own a process asks so often what the others used. */
const READ_USAGE_MS = 1000;

export class ClusterSync {
  readonly #options: ClusterSyncOptions;
  readonly #intervalMs: number;
  readonly #reconciler: SliceReconciler | null;
  #deployments: DeploymentExchange | null = null;
  #store: ClusterStore | null = null;
  #health: ClusterHealth = { state: 'connecting', processes: 1, reason: null };
  #epoch: string | null = null;
  #cooldownVersion = -1;
  #usageReadAt = -Infinity;
  #isBusy = false;
  #isRung = false;
  #isStopped = false;
  #failures = 0;
  #cancelTimer = (): void => {};
  #stopListening = (): void => {};
  #firstRound = Promise.withResolvers<void>();

  constructor(options: ClusterSyncOptions) {
    const { slices, now, deployments, intervalMs = INTERVAL_MS } = options;
    this.#options = options;
    this.#intervalMs = intervalMs;
    const exchangeSlices: ClusterStore['exchangeSlices'] = (process, reports) =>
      this.#opened.exchangeSlices(process, reports);
    this.#reconciler =
      slices === null ? null : new SliceReconciler({ slices, store: { exchangeSlices }, intervalMs, now });
    this.share(deployments);
  }

  /** Resolves after the first round, answered or not, or when there is no store to ask; never rejects. */
  async start(): Promise<void> {
    const { slices } = this.#options;
    await this.#connect();
    if (this.#isStopped) return;
    if (slices !== null) this.#stopListening = slices.signals.onRing(() => this.#rung());
    if (this.#store === null) this.#firstRound.resolve();
    this.#next(this.#store === null ? this.#retryMs() : 0);
    await this.#firstRound.promise;
  }

  /** What is under way meanwhile changes nothing any more, also the making of a connection. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer();
    this.#stopListening();
    this.#firstRound.resolve();
    this.#reconciler?.stop();
    // Whoever still waits decides alone.
    this.#options.slices?.signals.setAlone(true);
    this.#options.slices?.signals.answered();
    await this.#store?.close();
  }

  health(): ClusterHealth {
    return this.#health;
  }

  /** Other deployments from now on: a new configuration. */
  share(deployments: SharedDeployments | null): void {
    this.#deployments = deployments === null ? null : new DeploymentExchange(deployments, this.#options.now);
    this.#cooldownVersion = -1;
  }

  get #opened(): ClusterStore {
    if (this.#store === null) throw new Error('there is no connection yet');
    return this.#store;
  }

  async #connect(): Promise<void> {
    try {
      const store = await this.#options.connect();
      if (this.#isStopped) await store.close();
      else this.#store = store;
    } catch (error) {
      this.#failed(error);
    }
  }

  #next(ms: number): void {
    if (this.#isStopped) return;
    this.#cancelTimer = this.#options.startTimer(() => void this.#round(false), ms);
  }

  #rung(): void {
    if (this.#isBusy) this.#isRung = true;
    else if (this.#health.state === 'shared') void this.#round(true);
  }

  async #round(isUrgent: boolean): Promise<void> {
    // The timer's round takes the place of one that is still under way.
    if (this.#isBusy) return this.#next(this.#intervalMs);
    this.#isBusy = true;
    this.#isRung = false;
    if (this.#store === null) await this.#connect();
    const isAnswered = this.#store !== null && (await this.#exchange(isUrgent));
    this.#isBusy = false;
    this.#firstRound.resolve();
    if (!isUrgent) this.#next(isAnswered ? this.#intervalMs : this.#retryMs());
    else if (!isAnswered) {
      this.#cancelTimer();
      this.#next(this.#retryMs());
    }
    const isWaitedFor = this.#isRung || this.#reconciler?.hasMore === true;
    if (isWaitedFor && isAnswered && !this.#isStopped) void this.#round(true);
  }

  /** @returns whether all was answered in time; if not, the process is alone from now on */
  async #exchange(isUrgent: boolean): Promise<boolean> {
    const { timeoutMs, startTimer } = this.#options;
    const work = isUrgent ? this.#exchangeUrgent() : this.#exchangeAll();
    let isAnswered = true;
    try {
      await answerWithin(work, timeoutMs, startTimer);
    } catch (error) {
      isAnswered = false;
      this.#failed(error);
    }
    // A call that is still under way may yet be answered; another one behind it would only wait.
    await work.catch(() => {});
    return isAnswered;
  }

  async #exchangeUrgent(): Promise<void> {
    await this.#reconciler?.exchange(this.#self, true);
  }

  async #exchangeAll(): Promise<void> {
    // Alone, the first answer decides whether anything else makes sense.
    const wasShared = this.#health.state === 'shared';
    if (!wasShared) await this.#beat();
    const work = [this.#exchangeUsage()];
    if (this.#reconciler !== null) work.push(this.#reconciler.exchange(this.#self, false));
    if (wasShared) work.push(this.#beat());
    // All of them end before the next round begins.
    const ended = await Promise.allSettled(work);
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  }

  get #self() {
    return { id: this.#options.process, processes: this.#health.processes };
  }

  async #beat(): Promise<void> {
    const { process, now } = this.#options;
    const cooldowns = this.#deployments?.newCooldowns() ?? [];
    const deployments = this.#deployments;
    const askedAt = now();
    const answer = await this.#opened.beat({ process, cooldowns, cooldownVersion: this.#cooldownVersion });
    if (this.#epoch !== null && answer.epoch !== this.#epoch) this.#storeForgot();
    else this.#cooldownVersion = answer.cooldownVersion;
    this.#epoch = answer.epoch;
    deployments?.applyBeat(cooldowns, answer, askedAt);
    this.#succeeded(answer);
  }

  #storeForgot(): void {
    this.#options.log.warn(
      {},
      'the store of the cluster has lost its data; everything that is known here is told again',
    );
    this.#cooldownVersion = -1;
    this.#deployments?.forgetTold();
    this.#reconciler?.reportAll();
  }

  async #exchangeUsage(): Promise<void> {
    const deployments = this.#deployments;
    if (deployments === null) return;
    const uses = deployments.newUse();
    const now = this.#options.now();
    if (uses.length === 0 && now - this.#usageReadAt < READ_USAGE_MS) return;
    try {
      const answer = await this.#opened.exchangeUsage(uses);
      this.#usageReadAt = now;
      deployments.applyUsage(uses, answer);
    } catch (error) {
      deployments.reportAgain(uses);
      throw error;
    }
  }

  #succeeded({ processes }: BeatAnswer): void {
    if (this.#isStopped) return;
    const { slices, log } = this.#options;
    const before = this.#health;
    this.#failures = 0;
    slices?.signals.setProcesses(processes);
    slices?.signals.setAlone(false);
    this.#setHealth({ state: 'shared', processes, reason: null });
    if (before.state === 'alone') log.info({ processes }, 'limits are shared with the other processes again');
    else if (before.state === 'connecting') log.info({ processes }, 'limits are shared with the other processes');
  }

  #failed(error: unknown): void {
    if (this.#isStopped) return;
    const { slices, log } = this.#options;
    const { state, processes } = this.#health;
    const reason = error instanceof Error ? error.message : String(error);
    this.#failures++;
    slices?.signals.setAlone(true);
    // Whoever waits decides alone now.
    slices?.signals.answered();
    this.#setHealth({ state: 'alone', processes, reason });
    if (state !== 'alone')
      log.warn(
        { reason, processes },
        `the cluster does not answer; each process goes on with 1/${processes} of every limit`,
      );
  }

  #setHealth(health: ClusterHealth): void {
    const { state, processes } = this.#health;
    this.#health = health;
    if (state !== health.state || processes !== health.processes) this.#options.onHealth?.(health);
  }

  #retryMs(): number {
    const longest = Math.min(LONGEST_RETRY_MS, this.#intervalMs * 2 ** Math.min(this.#failures, 10));
    return longest * (0.5 + this.#options.random() / 2);
  }
}
