/**
 * Verdicts on what happened when a provider or a client misbehaved: how the call ended for the client, and which rules of
 * conduct held. Pure.
 *
 * `pass`: right, and every rule held. `partial`: right, an advisory rule did not hold. `safe`: a clear error in time,
 * nothing false was delivered. `fail`: a hang, something false presented as success, or a broken rule.
 */
export const VERDICTS = ['fail', 'safe', 'partial', 'pass'] as const;
export type Verdict = (typeof VERDICTS)[number];

/**
 * `right`: the whole answer, or the error that is the right end. `wrong`: something false as if it were an answer, or an
 * end that says nothing. `late`: not ended within the time.
 */
export type Outcome = 'right' | 'clear-error' | 'wrong' | 'late';

export interface Rule {
  readonly text: string;
  readonly held: boolean;
  /** Costs `pass` only. */
  readonly advisory?: boolean;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** Why it is not better; empty for `pass`. */
  readonly reasons: readonly string[];
}

export function judge(outcome: Outcome, rules: readonly Rule[] = []): Judgement {
  const broken = rules.filter(({ held }) => !held);
  const reasons = broken.map(({ text, advisory }) => (advisory === true ? `${text} (advisory)` : text));
  if (outcome !== 'right') reasons.unshift(outcome);
  return { verdict: verdictOf(outcome, broken), reasons };
}

function verdictOf(outcome: Outcome, broken: readonly Rule[]): Verdict {
  if (outcome === 'late' || outcome === 'wrong') return 'fail';
  if (broken.some(({ advisory }) => advisory !== true)) return 'fail';
  if (outcome === 'clear-error') return 'safe';
  return broken.length > 0 ? 'partial' : 'pass';
}

/** For what has no answer of its own, a state of the process or the sum of many calls: the rules alone decide. */
export function judgeRules(rules: readonly Rule[]): Judgement {
  return judge('right', rules);
}

export function isAtLeast(verdict: Verdict, least: Verdict): boolean {
  return VERDICTS.indexOf(verdict) >= VERDICTS.indexOf(least);
}

/** The judgement on the whole of several: the worst verdict, the reasons of all. */
export function together(judgements: readonly Judgement[]): Judgement {
  const ranks = judgements.map(({ verdict }) => VERDICTS.indexOf(verdict));
  return {
    verdict: VERDICTS[Math.min(...ranks)] ?? 'fail',
    reasons: judgements.flatMap(({ reasons }) => reasons),
  };
}

/** A figure with two limits: up to `pass` right, up to `partial` an advisory rule is broken, above it a binding one. */
export function limited(text: string, value: number, limits: { pass: number; partial: number }): readonly Rule[] {
  const said = `${text}: ${Number(value.toFixed(2))}`;
  return [
    { text: `${said}, at most ${limits.pass}`, held: value <= limits.pass, advisory: true },
    { text: `${said}, at most ${limits.partial}`, held: value <= limits.partial },
  ];
}
