import { describe, expect, it } from 'vitest';
import { testRollout } from '../../test/support/rollout.ts';

const length = (text: string): number => text.length;

describe('a wrapped synchronous operation', () => {
  it('keeps `this`, the arguments and their number on both sides', () => {
    for (const mode of ['on', 'off', 'shadow', 'canary:50']) {
      const { component } = testRollout({ block: { tokenizer: mode } });
      const seen: unknown[] = [];
      const record = function (this: unknown, ...args: unknown[]): number {
        seen.push([this, args]);
        return args.length;
      };
      const wrapped = component.wrap({ fast: record, original: record });
      const self = {};
      for (let call = 0; call < 300; call++) expect(wrapped.call(self, 'a', undefined)).toBe(2);
      expect(seen).toEqual(seen.map(() => [self, ['a', undefined]]));
    }
  });

  it('answers by the original in mode off, and never calls the fast path', () => {
    const { component } = testRollout({ block: { tokenizer: 'off' } });
    const wrapped = component.wrap({
      fast: (_text: string): number => {
        throw new Error('must not run');
      },
      original: length,
    });
    for (let call = 0; call < 1_000; call++) expect(wrapped('abc')).toBe(3);
    const report = component.report();
    expect([report.counts.originalCalls, report.counts.fastCalls, report.applied, report.state]).toEqual([
      1_000,
      0,
      false,
      'off',
    ]);
  });

  it('answers by the fast path in mode on, and counts every call', () => {
    const { component } = testRollout({ block: { tokenizer: 'on' } });
    let originals = 0;
    const wrapped = component.wrap({
      fast: length,
      original: (text: string) => {
        originals++;
        return text.length;
      },
    });
    expect(component.report()).toMatchObject({ applied: false, why: 'set by acceleration.tokenizer; not called yet' });
    for (let call = 0; call < 10_000; call++) wrapped('abc');
    expect(component.report()).toMatchObject({
      applied: true,
      why: 'set by acceleration.tokenizer',
      counts: { fastCalls: 10_000, originalCalls: 0, mismatches: 0, fallbacks: 0 },
    });
    // The first three are verified before their answers, the samples wait for their turn.
    expect(originals).toBe(3);
  });

  it('passes on what the original throws, and what both throw', () => {
    for (const mode of ['on', 'off', 'shadow', 'canary:50']) {
      const { component } = testRollout({ block: { tokenizer: mode } });
      const error = new RangeError('both');
      const wrapped = component.wrap({
        fast: () => {
          throw new RangeError('the fast one');
        },
        original: () => {
          throw error;
        },
      });
      for (let call = 0; call < 50; call++) expect(() => wrapped()).toThrow(error);
      const { counts, state } = component.report();
      expect([counts.fallbacks, counts.mismatches, counts.rollbacks]).toEqual([0, 0, 0]);
      expect(state).not.toBe('rolled_back');
      expect(counts.agreedErrors).toBe(mode === 'on' ? 50 : mode === 'canary:50' ? counts.fastCalls : 0);
    }
  });
});
