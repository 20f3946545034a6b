/** Modes as texts: `on`, `off`, `shadow`, `canary:10`, `gradual:1,10,50,100@10m`. */
import type { GradualSetting, ModeSetting } from './contract.ts';
import { formatDuration, parseDuration } from './duration.ts';

/** How to write a mode, for errors. */
export const MODE_REMEDY =
  'Write on, off, shadow, canary:10 (percent of the calls) or gradual:1,10,50,100@10m (percentages, and how long each lasts).';

/** @returns null when the text is no mode; `MODE_REMEDY` says how to write one */
export function parseMode(text: string): ModeSetting | null {
  const [name = '', ...rest] = text.trim().toLowerCase().split(':');
  const argument = rest.length === 0 ? null : rest.join(':');
  switch (name) {
    case 'on':
    case 'off':
    case 'shadow':
      return argument === null ? { mode: name } : null;
    case 'canary': {
      const percent = argument === null ? null : parsePercent(argument);
      return percent === null ? null : { mode: 'canary', percent };
    }
    case 'gradual':
      return argument === null ? null : parseGradual(argument);
    default:
      return null;
  }
}

export function formatMode(setting: ModeSetting): string {
  switch (setting.mode) {
    case 'canary':
      return `canary:${setting.percent}`;
    case 'gradual':
      return `gradual:${setting.percents.join(',')}@${formatDuration(setting.stepMs)}`;
    default:
      return setting.mode;
  }
}

/** Whether these percentages are a schedule: at least one, none falling, none outside 0 to 100. */
export function isSchedule(percents: readonly number[]): boolean {
  return (
    percents.length > 0 &&
    percents.every((percent, index) => isPercent(percent) && percent >= (percents[index - 1] ?? 0))
  );
}

export function isPercent(value: number): boolean {
  return value >= 0 && value <= 100;
}

function parseGradual(argument: string): GradualSetting | null {
  const [list = '', duration = '', ...more] = argument.split('@');
  const percents = list.split(',').map((text) => parsePercent(text) ?? Number.NaN);
  const stepMs = parseDuration(duration);
  if (more.length > 0 || stepMs === null || !isSchedule(percents)) return null;
  return { mode: 'gradual', percents, stepMs, startedAtMs: null };
}

function parsePercent(text: string): number | null {
  const [, digits] = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim()) ?? [];
  const percent = digits === undefined ? Number.NaN : Number(digits);
  return isPercent(percent) ? percent : null;
}
