/** What would be better switched on or off, from what a report shows. */
import type { ComponentReport, Recommendation, RolloutReport } from './report.ts';
import { formatLatency, formatSpeedUp } from './format-latency.ts';

/** Fewer comparisons than this show nothing. */
const ENOUGH_COMPARISONS = 100;
const ENOUGH_CALLS = 1_000;
/** Less than this is not worth a change. */
const WORTHWHILE = 1.1;
/** Rollbacks that are no accident any more. */
const MANY_ROLLBACKS = 3;
const FIRST_CANARY = 'canary:10';

/** One for every component, in the report's order. */
export function recommend({ components }: RolloutReport): readonly Recommendation[] {
  return components.map((component) => ({
    component: component.name,
    advice: adviceFor(component),
    evidence: evidenceOf(component),
  }));
}

function adviceFor(component: ComponentReport): string {
  const { counts, state, speedUp } = component;
  const isTimed = hasTimes(component);
  const isWorthwhile = isTimed && speedUp !== null && speedUp >= WORTHWHILE;
  switch (state) {
    case 'off':
      return counts.originalCalls >= ENOUGH_CALLS ? 'shadow' : 'keep';
    case 'shadow':
      if (counts.mismatches > 0) return 'off';
      return counts.comparisons >= ENOUGH_COMPARISONS && isWorthwhile ? FIRST_CANARY : 'keep';
    case 'rolled_back':
    case 'trial':
      return counts.rollbacks >= MANY_ROLLBACKS ? 'off' : 'keep';
    case 'serving':
      if (counts.mismatches > 0 || counts.rollbacks >= MANY_ROLLBACKS) return 'off';
      if (isTimed && speedUp !== null && speedUp * WORTHWHILE < 1) return 'off';
      return component.percent < 100 && isProven(component) && isWorthwhile ? 'on' : 'keep';
  }
}

/** Served long enough without a fault. */
function isProven({ configured, override, counts, applied }: ComponentReport): boolean {
  // A schedule goes on by itself.
  const isGradual = (override ?? configured).startsWith('gradual');
  return !isGradual && applied && counts.fastCalls >= ENOUGH_CALLS && counts.fallbacks === 0;
}

function hasTimes({ latency }: ComponentReport): boolean {
  return (latency.fast?.samples ?? 0) >= ENOUGH_COMPARISONS && (latency.original?.samples ?? 0) >= ENOUGH_COMPARISONS;
}

function evidenceOf(component: ComponentReport): string {
  const { counts, latency, speedUp } = component;
  const parts = [`${counts.fastCalls} fast and ${counts.originalCalls} original calls`];
  if (counts.comparisons > 0) parts.push(`${counts.mismatches} of ${counts.comparisons} comparisons differ`);
  if (counts.throws + counts.hangs > 0) parts.push(`${counts.throws} failed, ${counts.hangs} hung`);
  if (counts.rollbacks > 0) parts.push(`${counts.rollbacks} rollbacks`);
  if (latency.original !== null) parts.push(`original p50 ${formatLatency(latency.original.p50Ms)}`);
  if (latency.fast !== null) parts.push(`fast p50 ${formatLatency(latency.fast.p50Ms)}`);
  if (speedUp !== null) parts.push(`speed-up ${formatSpeedUp(speedUp)}`);
  return parts.join(', ');
}
