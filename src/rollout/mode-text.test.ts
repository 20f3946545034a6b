import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModeSetting } from './contract.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { formatMode, parseMode } from './mode-text.ts';

const percent = fc.integer({ min: 0, max: 1_000 }).map((tenths) => tenths / 10);
const mode: fc.Arbitrary<ModeSetting> = fc.oneof(
  fc.constantFrom<ModeSetting>({ mode: 'on' }, { mode: 'off' }, { mode: 'shadow' }),
  percent.map((value): ModeSetting => ({ mode: 'canary', percent: value })),
  fc
    .tuple(fc.array(percent, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 10 ** 9 }))
    .map(([percents, stepMs]): ModeSetting => ({
      mode: 'gradual',
      percents: [...percents].sort((one, other) => one - other),
      stepMs,
      startedAtMs: null,
    })),
);

describe('parseMode', () => {
  it('reads what formatMode writes', () => {
    fc.assert(
      fc.property(mode, (setting) => {
        expect(parseMode(formatMode(setting))).toEqual(setting);
      }),
    );
  });

  it('takes spaces, capitals and percent signs', () => {
    expect(parseMode(' Canary:10% ')).toEqual({ mode: 'canary', percent: 10 });
    expect(parseMode('gradual: 1, 10%, 100 @ 1.5h')).toEqual({
      mode: 'gradual',
      percents: [1, 10, 100],
      stepMs: 5_400_000,
      startedAtMs: null,
    });
  });

  it.each([
    '',
    'yes',
    'on:1',
    'off:',
    'shadow:10',
    'canary',
    'canary:',
    'canary:-1',
    'canary:101',
    'canary:1e1',
    'canary:ten',
    'gradual',
    'gradual:1,10',
    'gradual:@10m',
    'gradual:10,1@10m',
    'gradual:1,101@10m',
    'gradual:1,10@0m',
    'gradual:1,10@10',
    'gradual:1,10@10m@1h',
    'gradual:1,,10@10m',
  ])('refuses %j', (text) => {
    expect(parseMode(text)).toBeNull();
  });
});

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['6h', 21_600_000],
    ['1d', 86_400_000],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
    expect(formatDuration(ms)).toBe(text);
  });

  it.each(['', '10', '0s', '-1s', '1w', 's', '1 s'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});
