/** An operation's own rules, with the defaults for what it leaves out, compiled once when it is wrapped. */
import { isDeepStrictEqual } from 'node:util';
import type { ComponentCore } from './component-core.ts';
import type { ComparisonKind, IdentityOf, Operation, StickyBy } from './contract.ts';
import { isSameErrorName } from './error-summary.ts';

/** What a side did with a call. */
export type Outcome<Result> =
  { readonly ok: true; readonly value: Result } | { readonly ok: false; readonly error: unknown };

export class OperationRules<This, Args extends unknown[], Result, Returned> {
  readonly operation: Operation<This, Args, Result, Returned>;
  /** What shadow runs call; null: nothing may run beside the original. */
  readonly shadow: ((this: This, ...args: Args) => Returned) | null;

  constructor(core: ComponentCore, operation: Operation<This, Args, Result, Returned>) {
    this.operation = operation;
    this.shadow = operation.dryRun ?? (core.definition.repeatable === 'always' ? operation.fast : null);
    if (operation.dryRun !== undefined) core.allowShadow();
  }

  /** Null when they could not be copied: then nothing is compared. */
  copyArguments(args: Args): Args | null {
    const { copyArguments } = this.operation;
    if (copyArguments === undefined) return args;
    try {
      return copyArguments(args);
    } catch {
      return null;
    }
  }

  /** The outcome as it can be compared later, whatever the caller does with it; null when it could not be copied. */
  kept(outcome: Outcome<Result>): Outcome<Result> | null {
    const { copyResult } = this.operation;
    if (!outcome.ok || copyResult === undefined) return outcome;
    try {
      return { ok: true, value: copyResult(outcome.value) };
    } catch {
      return null;
    }
  }

  /** Whether the two sides did the same; a rule that throws says no. */
  isSame(original: Outcome<Result>, fast: Outcome<Result>): boolean {
    const { equal = isDeepStrictEqual, sameError = isSameErrorName } = this.operation;
    try {
      if (original.ok) return fast.ok && equal(original.value, fast.value);
      return !fast.ok && sameError(original.error, fast.error);
    } catch {
      return false;
    }
  }

  /** Frees what nobody gets. */
  discard(outcome: Outcome<Result>): void {
    try {
      if (outcome.ok) this.operation.discard?.(outcome.value);
    } catch {
      // Nobody waits for it.
    }
  }
}

/** Null when the call has none, or telling it failed: then the call is drawn by itself. */
export function identityOf<Args extends unknown[]>(
  tell: ((by: StickyBy, args: Args) => string | null) | undefined,
  by: StickyBy,
  args: Args,
): string | null {
  if (tell === undefined || by === 'call') return null;
  try {
    return tell(by, args);
  } catch {
    return null;
  }
}

/** The same for a call that is told by hand. */
export function toldIdentity(tell: IdentityOf | undefined, by: StickyBy): string | null {
  return identityOf(tell === undefined ? undefined : (kind) => tell(kind), by, []);
}

export interface ComparedOutcomes<Result> {
  readonly original: Outcome<Result>;
  readonly fast: Outcome<Result>;
  readonly during: ComparisonKind;
  /** Of the core when the call began. */
  readonly generation: number;
}

/** What a comparison needs of an operation's rules. */
export interface SameOutcome<Result> {
  isSame(original: Outcome<Result>, fast: Outcome<Result>): boolean;
}

/** Books one comparison of both sides' outcomes. @returns whether they agree */
export function bookComparison<Result>(
  core: ComponentCore,
  rules: SameOutcome<Result>,
  { original, fast, during, generation }: ComparedOutcomes<Result>,
): boolean {
  const isAgreed = rules.isSame(original, fast);
  if (isAgreed || fast.ok) core.compared(isAgreed, during, generation);
  else core.failedComparison(fast.error, during, generation);
  return isAgreed;
}

/** The answer, or the error as it was thrown. */
export function answerOf<Result>(outcome: Outcome<Result>): Result {
  if (outcome.ok) return outcome.value;
  throw outcome.error as Error;
}
