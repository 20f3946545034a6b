/**
 * What a simulated model does, read from its name: `simulated/NAME`, where NAME is words joined by `+`. A word of the
 * table is an instruction, any other word is just a name (`simulated/fast+my-model`). docs/simulated-provider.md lists
 * the same words.
 */
export interface Behaviour {
  /** No waiting at all. */
  readonly fast: boolean;
  /** Milliseconds before the first byte; null: from the request. */
  readonly firstByteMs: number | null;
  /** Milliseconds between two pieces of a stream; null: from the request. */
  readonly gapMs: number | null;
  /** Length of the answer in simulated tokens; null: from the request. */
  readonly tokens: number | null;
  readonly failure: SimulatedFailure | null;
  /** What goes wrong in the middle. */
  readonly fault: { readonly kind: FaultKind; readonly afterEvents: number } | null;
}

/** `status`: an HTTP error; `reset`: the connection ends before any answer. */
export type SimulatedFailure =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'context' }
  | { readonly kind: 'policy' }
  | { readonly kind: 'reset' };

/** `cut`: the connection ends; `stall`: nothing more comes; `errmid`: an error event, then the end. */
type FaultKind = 'cut' | 'stall' | 'errmid';

const LONGEST_WAIT_MS = 600_000;
const LONGEST_ANSWER = 100_000;
const NONE: Behaviour = { fast: false, firstByteMs: null, gapMs: null, tokens: null, failure: null, fault: null };

/** @param model with or without the `simulated/` prefix */
export function readBehaviour(model: string): Behaviour {
  let behaviour = NONE;
  for (const word of model.split('/').at(-1)?.split('+') ?? []) behaviour = { ...behaviour, ...readWord(word) };
  return behaviour;
}

function readWord(word: string): Partial<Behaviour> {
  switch (word) {
    case 'fast':
      return { fast: true };
    case 'reset':
      return { failure: { kind: 'reset' } };
    case 'error-context':
      return { failure: { kind: 'context' } };
    case 'error-policy':
      return { failure: { kind: 'policy' } };
  }
  const match = /^(slow|gap|tokens|error|cut|stall|errmid)-(\d{1,9})(ms|s)?$/.exec(word);
  if (match === null) return {};
  const [, name = '', digits = '', unit] = match;
  return numberedWord(name, Number(digits), unit);
}

function numberedWord(name: string, amount: number, unit: string | undefined): Partial<Behaviour> {
  const milliseconds = Math.min(unit === 's' ? amount * 1000 : amount, LONGEST_WAIT_MS);
  switch (name) {
    case 'slow':
      return { firstByteMs: milliseconds };
    case 'gap':
      return { gapMs: milliseconds };
  }
  if (unit !== undefined) return {};
  switch (name) {
    case 'tokens':
      return { tokens: Math.min(amount, LONGEST_ANSWER) };
    case 'error':
      return amount >= 400 && amount <= 599 ? { failure: { kind: 'status', status: amount } } : {};
    case 'cut':
    case 'stall':
    case 'errmid':
      return { fault: { kind: name, afterEvents: amount } };
    default:
      return {};
  }
}
