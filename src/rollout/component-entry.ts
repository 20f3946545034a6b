/** One entry of the `acceleration:` block: a mode as text, or a mapping with the mode and everything else. */
import { isJsonObject, type JsonValue } from '../protocol/json.ts';
import type { ComponentSettings, CoolOff, ErrorBudget, LatencyBudget, ModeSetting, StickyBy } from './contract.ts';
import { DEFAULT_SETTINGS } from './default-settings.ts';
import { isSchedule, MODE_REMEDY, parseMode } from './mode-text.ts';
import { RolloutSettingsError } from './settings-error.ts';
import { SettingsReader } from './settings-reader.ts';

const STICKY: readonly StickyBy[] = ['key', 'user', 'request', 'content', 'call'];
const MODE_MEMBERS = ['mode', 'percent', 'steps', 'step_duration', 'started_at'];
const MEMBERS = [
  ...MODE_MEMBERS,
  'sticky',
  'error_budget',
  'latency_budget',
  'cool_off',
  'shadow',
  'verify',
  'time_limit',
];

/**
 * @param base what holds for what the entry leaves out
 * @throws RolloutSettingsError
 */
export function readComponentEntry(key: string, value: JsonValue, base: ComponentSettings): ComponentSettings {
  if (!isJsonObject(value)) return { ...base, mode: readModeText(key, value), modeFrom: key };
  const reader = new SettingsReader(key, value, MEMBERS);
  const mode = readMode(reader);
  return Object.freeze({
    mode: mode ?? base.mode,
    modeFrom: mode === null ? base.modeFrom : key,
    stickyBy: reader.oneOf('sticky', STICKY) ?? base.stickyBy,
    errorBudget: readErrorBudget(reader, base.errorBudget),
    latencyBudget: readLatencyBudget(reader, base.latencyBudget),
    coolOff: readCoolOff(reader, base.coolOff),
    shadow: readShadow(reader, base),
    verify: readVerify(reader, base),
    timeLimitMs: reader.value('time_limit') === false ? null : timeLimit(reader, base.timeLimitMs),
  });
}

/** `mode: canary` with `percent`, `mode: gradual` with `steps`, or a mode's whole text. */
function readMode(reader: SettingsReader): ModeSetting | null {
  const value = reader.value('mode');
  const name = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (name === 'canary') {
    if (reader.value('percent') === undefined) reader.fail('percent', 'missing', 'Say how many percent, e.g. 10.');
    return { mode: 'canary', percent: reader.percent('percent', 10) };
  }
  if (name === 'gradual') return readGradual(reader);
  const stray = MODE_MEMBERS.slice(1).find((member) => reader.value(member) !== undefined);
  if (stray !== undefined) {
    const wanted = stray === 'percent' ? 'canary' : 'gradual';
    reader.fail(stray, 'does not belong to this mode', `Write \`mode: ${wanted}\` with it, or remove it.`);
  }
  return value === undefined ? null : readModeText(reader.keyOf('mode'), value);
}

function readGradual(reader: SettingsReader): ModeSetting {
  const percents = reader.percents('steps') ?? [];
  if (!isSchedule(percents)) reader.fail('steps', 'no rising percentages', 'Write them as [1, 10, 50, 100].');
  if (reader.value('step_duration') === undefined)
    reader.fail('step_duration', 'missing', 'Say how long each step lasts, e.g. 10m.');
  return {
    mode: 'gradual',
    percents,
    stepMs: reader.durationMs('step_duration', 600_000),
    startedAtMs: reader.instantMs('started_at'),
  };
}

/** YAML 1.1 reads `on` and `off` as booleans. */
function readModeText(key: string, value: JsonValue): ModeSetting {
  if (typeof value === 'boolean') return { mode: value ? 'on' : 'off' };
  const mode = typeof value === 'string' ? parseMode(value) : null;
  if (mode === null) throw new RolloutSettingsError(key, 'not a mode', MODE_REMEDY);
  return mode;
}

function readErrorBudget(reader: SettingsReader, base: ErrorBudget): ErrorBudget {
  const group = groupOf(reader, 'error_budget', ['percent', 'min_faults', 'mismatches', 'half_life']);
  if (group === null) return base;
  return {
    percent: group.percent('percent', base.percent),
    minFaults: group.count('min_faults', base.minFaults, 1),
    mismatches: group.count('mismatches', base.mismatches, 0),
    halfLifeMs: group.durationMs('half_life', base.halfLifeMs),
  };
}

function readLatencyBudget(reader: SettingsReader, inherited: LatencyBudget | null): LatencyBudget | null {
  if (reader.value('latency_budget') === false) return null;
  const group = groupOf(reader, 'latency_budget', ['factor', 'tail_factor', 'min_samples', 'half_life']);
  const base = inherited ?? DEFAULT_SETTINGS.latencyBudget;
  if (group === null || base === null) return inherited;
  return {
    factor: group.factor('factor', base.factor),
    tailFactor: group.factor('tail_factor', base.tailFactor),
    minSamples: group.count('min_samples', base.minSamples, 10),
    halfLifeMs: group.durationMs('half_life', base.halfLifeMs),
  };
}

function readCoolOff(reader: SettingsReader, base: CoolOff): CoolOff {
  const group = groupOf(reader, 'cool_off', ['first', 'max', 'percent', 'calls']);
  if (group === null) return base;
  const firstMs = group.durationMs('first', base.firstMs);
  const maxMs = group.durationMs('max', Math.max(base.maxMs, firstMs));
  if (maxMs < firstMs) group.fail('max', 'shorter than `first`', 'Make it at least as long.');
  const percent = group.percent('percent', base.percent);
  if (percent === 0) group.fail('percent', 'zero', 'Nothing would ever be tried again; write e.g. 5.');
  return { firstMs, maxMs, percent, calls: group.count('calls', base.calls, 1) };
}

function readShadow(reader: SettingsReader, { shadow }: ComponentSettings): ComponentSettings['shadow'] {
  const group = groupOf(reader, 'shadow', ['percent', 'queue', 'time_percent']);
  if (group === null) return shadow;
  return {
    percent: group.percent('percent', shadow.percent),
    queueLimit: group.count('queue', shadow.queueLimit, 1),
    timePercent: group.percent('time_percent', shadow.timePercent),
  };
}

function readVerify(reader: SettingsReader, { verify }: ComponentSettings): ComponentSettings['verify'] {
  const group = groupOf(reader, 'verify', ['first_calls', 'percent']);
  if (group === null) return verify;
  return {
    firstCalls: group.count('first_calls', verify.firstCalls, 0),
    percent: group.percent('percent', verify.percent),
  };
}

function timeLimit(reader: SettingsReader, base: number | null): number | null {
  return reader.value('time_limit') === undefined ? base : reader.durationMs('time_limit', 30_000);
}

function groupOf(reader: SettingsReader, name: string, known: readonly string[]): SettingsReader | null {
  const value = reader.value(name);
  return value === undefined ? null : new SettingsReader(reader.keyOf(name), value, known);
}
