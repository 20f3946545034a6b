/** Which tokens are reserved where before a call, and the cap that keeps its answer within them. */
import type { DescriptorKey, LimitedUsage, TokenKind } from './contract.ts';
import type { Scope } from './rate-limiter.ts';
import { estimateTokens, implicitOutputCap, type CallSize, type OutputCapEdit } from './token-estimate.ts';
import { tokensOfKind } from './token-usage.ts';

export interface Reservation {
  readonly scope: Scope;
  readonly amount: number;
  /** `input` and `output`: the separate limits of a project. */
  readonly kind: TokenKind;
}

/** A call as far as reservations go; asked only when a limit of tokens is there. */
export interface ReservedCall {
  readonly size: () => CallSize;
  /** Tokens of output that the operator expects; default none declared. */
  readonly declaredOutputTokens?: number | null;
  /** Exact count of the input, for limits of input tokens; default the estimate. */
  readonly countInput?: () => number;
}

export interface ReservationPlan {
  /** In the order in which they are asked for. */
  readonly reservations: readonly Reservation[];
  readonly outputCap: OutputCapEdit | null;
}

/** @returns null when no scope has a limit of tokens */
export function planReservations(scopes: readonly Scope[], call: ReservedCall): ReservationPlan | null {
  if (!scopes.some(limitsTokens)) return null;
  const limited = scopes.filter(limitsTokens);
  const [totals, inputs, outputs] = (['total', 'input', 'output'] as const).map((kind) =>
    limited.filter(({ descriptor }) => reservedKind(descriptor.key) === kind),
  ) as [Scope[], Scope[], Scope[]];
  const size = call.size();
  const declared = call.declaredOutputTokens ?? null;
  const reservations: Reservation[] = [];
  let outputCap: OutputCapEdit | null = null;
  if (totals.length > 0) {
    const smallest = smallestLimit(totals);
    outputCap = implicitOutputCap(size, smallest, declared);
    const { input, output } = estimateTokens(withCap(size, outputCap), smallest, declared);
    const amount = Math.max(1, input + output);
    reservations.push(...totals.map((scope) => ({ scope, amount, kind: 'total' as const })));
  }
  if (inputs.length + outputs.length > 0) {
    const capped = withCap(size, outputCap);
    const smallest = smallestLimit(outputs);
    const estimate = estimateTokens(capped, smallest, null);
    outputCap ??= implicitOutputCap(capped, smallest, null);
    const input = Math.max(1, call.countInput?.() ?? estimate.input);
    const output = capped.outputCap === null ? Math.max(1, estimate.output) : estimate.output;
    reservations.push(...inputs.map((scope) => ({ scope, amount: input, kind: 'input' as const })));
    reservations.push(...outputs.map((scope) => ({ scope, amount: output, kind: 'output' as const })));
  }
  return { reservations, outputCap };
}

function limitsTokens({ descriptor }: Scope): boolean {
  return descriptor.tokens !== null;
}

/** A cap that will be written counts as the caller's. */
function withCap(size: CallSize, cap: OutputCapEdit | null): CallSize {
  return cap === null ? size : { ...size, outputCap: cap.value };
}

/** `input` and `output` for the separate limits of a project, which are reserved but never charged otherwise. */
export function reservedKind(key: DescriptorKey): TokenKind {
  if (key === 'model_per_project_itpm') return 'input';
  return key === 'model_per_project_otpm' ? 'output' : 'total';
}

/** Tokens that a call used more than it reserved, below 0: fewer. @param tokenKind what limits of all tokens count */
export function unreservedTokens({ kind, amount }: Reservation, usage: LimitedUsage | null, tokenKind: TokenKind) {
  const isTotal = kind === 'total';
  return (usage === null ? 0 : tokensOfKind(usage, isTotal ? tokenKind : kind, isTotal)) - amount;
}

/** What counts of a call that failed: its usage where an answer had begun. */
export function partialUse(usage: LimitedUsage | null): LimitedUsage | null {
  return usage !== null && usage.completionTokens > 0 ? usage : null;
}

function smallestLimit(scopes: readonly Scope[]): number | null {
  const limits = scopes.map(({ descriptor }) => descriptor.tokens).filter((limit) => limit !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}
