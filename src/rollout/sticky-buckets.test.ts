import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testRollout } from '../../test/support/rollout.ts';
import { StickyBuckets } from './sticky-buckets.ts';

const IDENTITIES = 20_000;
/** Identities as they are in practice: counted, hashed, and alike but for the end. */
const KINDS: Readonly<Record<string, (index: number) => string>> = {
  counted: (index) => `user-${index}`,
  hashed: (index) => createHash('sha256').update(String(index)).digest('hex'),
  alike: (index) => `${'x'.repeat(200)}${index}`,
};

/** How far from its expectation a count of independent draws may be. */
function threeSigma(draws: number, share: number): number {
  return 3 * Math.sqrt(draws * share * (1 - share));
}

describe('percentages', () => {
  it.each(Object.keys(KINDS))('are true within 3 sigma for %s identities', (kind) => {
    const buckets = new StickyBuckets('tokenizer');
    for (const percent of [1, 5, 10, 50, 90, 99]) {
      let inside = 0;
      for (let index = 0; index < IDENTITIES; index++)
        if (buckets.placeOf(KINDS[kind]?.(index) ?? '') * 100 < percent) inside++;
      expect(Math.abs(inside - (IDENTITIES * percent) / 100)).toBeLessThan(threeSigma(IDENTITIES, percent / 100));
    }
  });

  it('are true within 3 sigma for calls without an identity', () => {
    for (const percent of [1, 25, 50]) {
      const { component } = testRollout({ block: { tokenizer: `canary:${percent}` }, seed: percent });
      const wrapped = component.wrap({ fast: () => 1, original: () => 1 });
      for (let call = 0; call < IDENTITIES; call++) wrapped();
      const { fastCalls } = component.report().counts;
      expect(Math.abs(fastCalls - (IDENTITIES * percent) / 100)).toBeLessThan(threeSigma(IDENTITIES, percent / 100));
    }
  });

  it('take in other identities for another component', () => {
    const one = new StickyBuckets('tokenizer');
    const other = new StickyBuckets('http_pool');
    let both = 0;
    for (let index = 0; index < IDENTITIES; index++)
      if (one.placeOf(`user-${index}`) < 0.1 && other.placeOf(`user-${index}`) < 0.1) both++;
    expect(Math.abs(both - IDENTITIES / 100)).toBeLessThan(threeSigma(IDENTITIES, 0.01));
  });
});

describe('stickiness', () => {
  it('an identity keeps its place, in every process', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ maxLength: 2_000 }), (name, identity) => {
        const place = new StickyBuckets(name).placeOf(identity);
        expect(new StickyBuckets(name).placeOf(identity)).toBe(place);
        expect(place >= 0 && place < 1).toBe(true);
      }),
    );
    // Another hash would give everybody another place, between two releases too.
    const buckets = new StickyBuckets('tokenizer');
    expect(['user-1', 'user-2', ''].map((identity) => buckets.placeOf(identity).toFixed(6))).toEqual([
      '0.987204',
      '0.355511',
      '0.338934',
    ]);
  });

  it('nobody changes sides while the percentage grows', () => {
    const { component, rollout } = testRollout({ block: { tokenizer: 'canary:1' } });
    const wrapped = component.wrap({
      fast: () => 'fast',
      original: () => 'original',
      equal: () => true,
      identityOf: (by, [identity]: [string]) => `${by}:${identity}`,
    });
    const inside = new Set<string>();
    for (const percent of [1, 5, 20, 50, 80, 100]) {
      rollout.override('tokenizer', { mode: 'canary', percent });
      for (let index = 0; index < 2_000; index++) {
        const identity = `user-${index}`;
        const isFast = wrapped(identity) === 'fast';
        expect(isFast || !inside.has(identity)).toBe(true);
        if (isFast) inside.add(identity);
      }
    }
    expect(inside.size).toBe(2_000);
  });

  it('asks for the identity that is set, and draws calls whose identity is not known', () => {
    const asked = new Set<string>();
    const { component } = testRollout({ block: { tokenizer: { mode: 'canary', percent: 50, sticky: 'request' } } });
    const wrapped = component.wrap({
      fast: () => 'fast',
      original: () => 'original',
      equal: () => true,
      identityOf: (by) => {
        asked.add(by);
        throw new Error('not known');
      },
    });
    const sides = new Set(Array.from({ length: 100 }, () => wrapped()));
    expect([[...asked], sides.size]).toEqual([['request'], 2]);
  });
});
