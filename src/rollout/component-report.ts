/** One component as the status shows it. */
import type { ComponentCore } from './component-core.ts';
import { environmentVariableOf } from './component-name.ts';
import type { ComponentReport } from './report.ts';
import { formatDuration } from './duration.ts';
import { speedUpOf } from './speed-up.ts';

export function reportComponent(core: ComponentCore): ComponentReport {
  const { definition, machine, settings, totals } = core;
  core.planner.settle();
  const latency = { fast: core.fastLatency.report(), original: core.originalLatency.report() };
  return {
    name: definition.name,
    replaces: definition.replaces,
    environmentVariable: environmentVariableOf(definition.name),
    configured: machine.configured,
    configuredBy: settings.modeFrom,
    override: machine.override,
    state: machine.state,
    percent: machine.percent,
    stickyBy: core.stickyBy,
    applied: isApplied(core),
    why: reasonOf(core),
    retryAtMs: machine.retryAtMs,
    counts: { ...totals },
    latency,
    speedUp: speedUpOf(latency),
    memoryBytes: memoryOf(core),
  };
}

/** With 0 % nothing is served, whatever the mode is called. */
function isApplied({ goodCalls, isServing, machine }: ComponentCore): boolean {
  return isServing && machine.percent > 0 && goodCalls > 0;
}

function memoryOf({ definition }: ComponentCore): number | null {
  try {
    return definition.memoryBytes?.() ?? null;
  } catch {
    return null;
  }
}

function reasonOf(core: ComponentCore): string {
  const { machine, settings, totals } = core;
  const setBy = machine.override === null ? `set by ${settings.modeFrom}` : 'set at run time';
  switch (machine.state) {
    case 'off':
      return machine.switchedOffBy === null ? setBy : `everything is switched off by ${machine.switchedOffBy}`;
    case 'shadow':
      if (!core.canShadow) return 'nothing is compared: its calls have side effects and cannot be run twice';
      return `${setBy}; ${totals.comparisons} compared, ${totals.mismatches} differ`;
    case 'rolled_back':
      return `rolled back: ${machine.lastCause?.replaceAll('_', ' ')}; tried again in ${restOf(core)}`;
    case 'trial':
      return `tried again after a rollback (${machine.lastCause?.replaceAll('_', ' ')})`;
    case 'serving':
      if (machine.percent === 0) return `${setBy}; 0 % is off: the original answers every call`;
      return core.goodCalls > 0 ? setBy : `${setBy}; ${reasonNotApplied(core)}`;
  }
}

function reasonNotApplied({ machine, totals }: ComponentCore): string {
  if (totals.fastCalls + totals.originalCalls === 0) return 'not called yet';
  return totals.fastCalls === 0 ? `no call fell into the ${machine.percent} % yet` : 'no call was good yet';
}

function restOf({ machine, runtime }: ComponentCore): string {
  const seconds = Math.max(0, Math.ceil(((machine.retryAtMs ?? 0) - runtime.now()) / 1000));
  return seconds === 0 ? 'a moment' : formatDuration(seconds * 1000);
}
