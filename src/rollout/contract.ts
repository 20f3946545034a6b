/**
 * What an accelerated component says of itself, how it is set, and what can be seen of it. Types only.
 *
 * A component has a fast implementation and the original that it replaces. Percentages are 0 to 100 of the calls.
 * Times are Unix milliseconds (`atMs`), spans milliseconds. Nothing here ever holds arguments, answers, keys or prompt
 * text; of an error only its class, its code and the line that threw it are kept.
 */
import type { ComponentReport, RolloutReport } from './report.ts';

export type Side = 'fast' | 'original';

/** What a user can ask for; texts as `parseMode` reads them. */
export type ModeSetting =
  /** The original answers. */
  | { readonly mode: 'off' }
  /** The original answers; a sample of the calls is run by the fast path afterwards, and compared. */
  | { readonly mode: 'shadow' }
  /** This percentage of the identities is answered by the fast path. */
  | { readonly mode: 'canary'; readonly percent: number }
  | GradualSetting
  /** The fast path answers. */
  | { readonly mode: 'on' };

/** A canary whose percentage follows a schedule. */
export interface GradualSetting {
  readonly mode: 'gradual';
  /** Never falling; the last one stays. */
  readonly percents: readonly number[];
  readonly stepMs: number;
  /**
   * When the first step began, Unix milliseconds; null: when the component was created or the mode was set. Give it so
   * that a restarted process, or another thread, goes on where the schedule is.
   */
  readonly startedAtMs: number | null;
}

/** What a percentage is drawn by. `call`: by nothing, every call is drawn anew. `content`: by the input itself. */
export type StickyBy = 'key' | 'user' | 'request' | 'content' | 'call';

/**
 * How often one call may be run. `always`: both sides may run it (replay, shadow, verification). `after_failure`: the
 * original may run it when the fast path threw or hung. `never`: a failure of the fast path is the caller's.
 */
export type Repeatable = 'always' | 'after_failure' | 'never';

/** What a component says of itself when it is created. */
export interface ComponentDefinition {
  /** Lower case, e.g. `tokenizer`, or a kind and a path: `route:/v1/embeddings`. */
  readonly name: string;
  /** What the original is, as a reader of the status knows it: `js-tiktoken 1.0.21`. */
  readonly replaces: string;
  /** Identities that its calls have; the first is the default. */
  readonly sticky: readonly [StickyBy, ...StickyBy[]];
  readonly repeatable: Repeatable;
  /**
   * Whether an error comes from the fast implementation itself, not from what both sides talk to. Asked only for calls
   * that the original cannot run again; without it every such error counts.
   */
  readonly isOwnFault?: (error: unknown) => boolean;
  /** Calls that are told by hand can be compared in shadow mode although they are not `repeatable: 'always'`. */
  readonly canDryRun?: boolean;
  /** Mode where nothing is configured; default `on`. */
  readonly defaultMode?: ModeSetting;
  /** Bytes that the fast path keeps for itself; asked when a report is made. */
  readonly memoryBytes?: () => number;
}

/** One function of a component in both implementations. `Result` of an asynchronous operation is what it resolves to. */
export interface Operation<This, Args extends unknown[], Result, Returned = Result> {
  readonly fast: (this: This, ...args: Args) => Returned;
  readonly original: (this: This, ...args: Args) => Returned;
  /** The fast path without its side effects, for shadow runs of a component that is not `repeatable: 'always'`. */
  readonly dryRun?: (this: This, ...args: Args) => Returned;
  /** Default: deep strict equality. An error that it throws counts as a difference. */
  readonly equal?: (original: Result, fast: Result) => boolean;
  /** Default: the errors' names are the same. */
  readonly sameError?: (original: unknown, fast: unknown) => boolean;
  /** Who a call belongs to; null: unknown, then the call is drawn by itself. Without it every call is. */
  readonly identityOf?: (by: StickyBy, args: Args) => string | null;
  /** Copies arguments that the caller may change before a later comparison. Default: kept as they are. */
  readonly copyArguments?: (args: Args) => Args;
  /** Copies an answer that the caller may change before a later comparison. Default: kept as it is. */
  readonly copyResult?: (result: Result) => Result;
  /** Frees an answer that nobody gets: of a comparison, or one that came after its time limit. */
  readonly discard?: (result: Result) => void;
}

/** An operation whose answers are promises. */
export type AsyncOperation<This, Args extends unknown[], Result> = Operation<This, Args, Result, Promise<Result>>;

/** What to do when the fast path failed: run the original now, or let the caller see the failure. */
export type FailureVerdict = 'replay' | 'pass_on';

/**
 * One call whose course the component tells itself, for streams and whole requests. Exactly one of `succeed`, `fail`
 * and `cancel` ends it; after `fail` or `hang` said `replay`, one of `replayed` and `replayFailed`. What comes after
 * the end is ignored.
 */
export interface RolloutCall {
  readonly side: Side;
  /** A comparison with the other side is wanted, if the component can make one; see `compareLater`. */
  readonly sampled: boolean;
  /** Output has left: from here on failures count and are never replayed. */
  commit(): void;
  succeed(): void;
  /** The side that answers failed. On the original side the verdict is always `pass_on`. */
  fail(error: unknown): FailureVerdict;
  /** The component's own time limit passed. */
  hang(): FailureVerdict;
  /** The original answered where the fast path had failed. */
  replayed(): void;
  /** The original failed too; the same error counts nothing against the fast path. */
  replayFailed(error: unknown): void;
  /** The caller left: counts for nothing. */
  cancel(): void;
  /**
   * Queues a comparison, to run when this turn of the event loop is over; it resolves to whether the two sides agree.
   * @returns false when it was not wanted or there is no room
   */
  compareLater(job: () => boolean | Promise<boolean>): boolean;
}

/** Who a call that is told by hand belongs to; null: unknown, then the call is drawn by itself. */
export type IdentityOf = (by: StickyBy) => string | null;

/** One component, as those use it who serve its calls. */
export interface RolloutComponent {
  readonly name: string;
  /** A function in place of `original`. Answers what the original would, throws what the original would. */
  wrap<This, Args extends unknown[], Result>(
    operation: Operation<This, Args, Result>,
  ): (this: This, ...args: Args) => Result;
  /** The same for a function that answers with a promise. On the original side it is the original's own promise. */
  wrapAsync<This, Args extends unknown[], Result>(
    operation: AsyncOperation<This, Args, Result>,
  ): (this: This, ...args: Args) => Promise<Result>;
  /** The same for a function that answers with items. Until the first one the original can take over, then not. */
  wrapStream<This, Args extends unknown[], Item>(
    operation: StreamOperation<This, Args, Item>,
  ): (this: This, ...args: Args) => AsyncGenerator<Item, void, undefined>;
  /** Begins a call that is told by hand. */
  begin(identityOf?: IdentityOf): RolloutCall;
  /**
   * Runs what builds something that later calls find ready. Its time is taken off the synchronous call that waits for
   * it: the first call's wait is no latency of a call.
   */
  readonly building: <Built>(run: () => Built) => Built;
  report(): ComponentReport;
}

export interface StreamOperation<This, Args extends unknown[], Item> {
  readonly fast: (this: This, ...args: Args) => AsyncIterable<Item>;
  readonly original: (this: This, ...args: Args) => AsyncIterable<Item>;
  readonly identityOf?: (by: StickyBy, args: Args) => string | null;
}

/** When errors send a component back. Windows decay: what is one half-life old counts half. */
export interface ErrorBudget {
  /** Faults among the fast path's calls; more, and it goes back. Default 1. */
  readonly percent: number;
  /** Fewer faults than this never send it back. Default 5. */
  readonly minFaults: number;
  /** Wrong answers that are let pass in the window. Default 0: the first one sends it back. */
  readonly mismatches: number;
  /** Default 60,000. */
  readonly halfLifeMs: number;
}

/**
 * When slowness sends a component back: its median or its 95th percentile is above the original's by a factor, and by
 * half a microsecond, below which the clock tells nothing. The first 50 samples of each side do not count: code is slow
 * until it is compiled.
 */
export interface LatencyBudget {
  /** For the median. Default 1.5. */
  readonly factor: number;
  /** For the 95th percentile. Default 3. */
  readonly tailFactor: number;
  /** Samples that both sides must have in the window. Default 100. */
  readonly minSamples: number;
  /** Default 60,000. */
  readonly halfLifeMs: number;
}

/** How a component that went back is tried again. */
export interface CoolOff {
  /** After the first rollback; doubled by each further one. Default 30,000. */
  readonly firstMs: number;
  /** Longest; a component that stayed healthy for so long begins anew with `firstMs`. Default 3,600,000. */
  readonly maxMs: number;
  /** Percentage of the trial, at most the configured one. Default 5. */
  readonly percent: number;
  /** Calls of the trial that must end well; one fault ends it. Default 100. */
  readonly calls: number;
}

/** Comparisons that run after the answer, in shadow mode and for `VerifySettings.percent`. */
export interface ShadowSettings {
  /** Of the calls in shadow mode. Default 10. */
  readonly percent: number;
  /** Comparisons that may wait; further ones are skipped and counted. Default 16. */
  readonly queueLimit: number;
  /** Of the thread's time; for synchronous work. Default 5. */
  readonly timePercent: number;
}

/** Comparisons of calls that the fast path answers; only for components that are `repeatable: 'always'`. */
export interface VerifySettings {
  /**
   * Calls that the original runs too before the answer is given, each time the component begins to serve; of
   * asynchronous operations after the answer. Default 3.
   */
  readonly firstCalls: number;
  /** Of the calls after that, compared after the answer. Default 0.1. */
  readonly percent: number;
}

/** Everything that can be set for one component. */
export interface ComponentSettings {
  /** Null: the component's own default. */
  readonly mode: ModeSetting | null;
  /** Where the mode stands, as the status shows it: `acceleration.tokenizer`; null where the mode is. */
  readonly modeFrom: string | null;
  /** Null: the first of the component's own. */
  readonly stickyBy: StickyBy | null;
  readonly errorBudget: ErrorBudget;
  /** Null: slowness never sends it back. */
  readonly latencyBudget: LatencyBudget | null;
  readonly coolOff: CoolOff;
  readonly shadow: ShadowSettings;
  readonly verify: VerifySettings;
  /** For asynchronous operations that can be replayed: then the original answers. Null: none. Default 30,000. */
  readonly timeLimitMs: number | null;
}

/** Settings of all components, as `readSettings` makes them from a configuration block and environment variables. */
export interface RolloutSettings {
  /** What switches everything off (`FAST_LITELLM=off`), as the status shows it; null: nothing does. */
  readonly switchedOffBy: string | null;
  readonly defaults: ComponentSettings;
  /** By component name, or by kind: `route` stands for every `route:…` that has no entry of its own. */
  readonly components: ReadonlyMap<string, ComponentSettings>;
  /**
   * Modes by environment variable: `FAST_LITELLM_TOKENIZER`. They win over the configuration. Null: the value is no
   * mode, which is an error only if a component of that name exists (Kubernetes makes up `FAST_LITELLM_SERVICE_HOST`).
   */
  readonly environment: ReadonlyMap<string, ModeSetting | null>;
}

/** Of an error, what may be shown: no message. */
export interface ErrorSummary {
  /** `RangeError`; `Error` when the name is no plain word. */
  readonly name: string;
  /** `ECONNRESET`; null when there is none or it is no plain word. */
  readonly code: string | null;
  /** Function, file name and line that threw, `encode (short-merger.ts:40)`; null when unknown. */
  readonly thrownAt: string | null;
}

export type FaultKind = 'throw' | 'hang';

export type RollbackCause = 'error_budget' | 'mismatch' | 'latency_budget' | 'trial' | 'request';

/** What a rollback was decided on, all from decaying windows. */
export interface RollbackEvidence {
  readonly fastCalls: number;
  readonly faults: number;
  readonly mismatches: number;
  /** Null below `minSamples`. */
  readonly fastP50Ms: number | null;
  readonly originalP50Ms: number | null;
  readonly fastP95Ms: number | null;
  readonly originalP95Ms: number | null;
  /** The last fault; null when there was none. */
  readonly error: ErrorSummary | null;
}

/** Where the two sides were found to differ. */
export type ComparisonKind = 'shadow' | 'verification';

interface EventBase {
  readonly component: string;
  readonly atMs: number;
}

export type RolloutEvent = EventBase &
  (
    | {
        readonly type: 'mode_changed';
        readonly from: string;
        readonly to: string;
        readonly by: 'configuration' | 'override' | 'override_removed' | 'switch';
        /** An automatic rollback was in force and was lifted by this. */
        readonly clearedRollback: boolean;
      }
    | { readonly type: 'gradual_step'; readonly percent: number; readonly step: number; readonly steps: number }
    | {
        readonly type: 'fallback';
        readonly kind: FaultKind;
        readonly error: ErrorSummary | null;
        /** The original answered this call; else the caller saw the failure. */
        readonly replayed: boolean;
      }
    | {
        readonly type: 'mismatch';
        readonly during: ComparisonKind;
        /** The fast path failed in the comparison, where the original did not; null: another answer. */
        readonly error: ErrorSummary | null;
      }
    | {
        readonly type: 'rolled_back';
        readonly cause: RollbackCause;
        readonly evidence: RollbackEvidence;
        readonly coolOffMs: number;
        /** 1 for the first one in a row. */
        readonly attempt: number;
      }
    /** The cool-off is over: a small percentage goes to the fast path again. */
    | { readonly type: 'trial_started'; readonly percent: number }
    /** The trial went well: the mode that was set holds again. */
    | { readonly type: 'rearmed'; readonly mode: string }
  );

export type RolloutEventType = RolloutEvent['type'];

/** Structured lines, as pino takes them. */
export interface RolloutLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What a rollout needs from outside; the defaults are the system's. */
export interface RolloutRuntime {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Monotonic milliseconds with fractions, for spans. */
  readonly monotonicMs: () => number;
  /** Calls back once, early if the delay is longer than it can wait; must not hold the process open. @returns what cancels it */
  readonly startTimer: (callback: () => void, delayMs: number) => () => void;
  /** Calls back when this turn of the event loop is over. */
  readonly defer: (callback: () => void) => void;
  /** At least 0, below 1. */
  readonly random: () => number;
}

export interface RolloutOptions {
  readonly settings: RolloutSettings;
  readonly log?: RolloutLog;
  readonly runtime?: Partial<RolloutRuntime>;
}

export interface OverrideOptions {
  /** An automatic rollback stays in force; by default a mode that is set by hand lifts it. */
  readonly keepRollback?: boolean;
}

/** All components of a process or thread. */
export interface Rollout {
  /**
   * @throws TypeError when the name is taken or is not one
   * @throws RolloutSettingsError when its settings cannot be met
   */
  component(definition: ComponentDefinition): RolloutComponent;
  report(): RolloutReport;
  /** Sets a mode at run time, until `clearOverride`. @throws RangeError on an unknown component, listing the known */
  override(name: string, mode: ModeSetting, options?: OverrideOptions): void;
  /** Back to what is configured. */
  clearOverride(name: string, options?: OverrideOptions): void;
  /** Rolls back as if a budget had been exceeded, e.g. because another thread did. */
  rollBack(name: string): void;
  /** New settings; overrides, rollbacks and counts stay. @throws RolloutSettingsError and changes nothing */
  configure(settings: RolloutSettings): void;
  /** Switches everything off at run time, whatever is set; null: no longer. @param by as the status shows it */
  switchOff(by: string | null): void;
  /** Every event in the order in which they happen; a listener that throws is counted and disturbs nothing. */
  subscribe(listener: (event: RolloutEvent) => void): () => void;
  /** Stops all timers; every component answers with its original from here on. */
  close(): void;
}
