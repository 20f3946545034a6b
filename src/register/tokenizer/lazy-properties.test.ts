import { describe, expect, it } from 'vitest';
import { defineLazily } from './lazy-properties.ts';

function lazy(): { readonly target: Record<string, unknown>; readonly built: () => number } {
  let builds = 0;
  const target: Record<string, unknown> = {};
  defineLazily(target, ['one', 'two'], () => {
    builds += 1;
    return { one: 1, two: 2, more: 3 };
  });
  return { target, built: () => builds };
}

describe('defineLazily', () => {
  it('names its properties and builds nothing', () => {
    const { target, built } = lazy();
    expect(Object.keys(target)).toEqual(['one', 'two']);
    expect(built()).toBe(0);
  });

  it('builds all of them once, at the first look at one', () => {
    const { target, built } = lazy();
    expect([target['two'], target['one'], built()]).toEqual([2, 1, 1]);
    expect(Object.getOwnPropertyDescriptor(target, 'one')).toEqual({
      value: 1,
      writable: true,
      enumerable: true,
      configurable: true,
    });
    expect(target).toEqual({ one: 1, two: 2 });
  });

  it('keeps what was set before it was built', () => {
    const { target, built } = lazy();
    target['one'] = 'set';
    expect([target['one'], built()]).toEqual(['set', 0]);
    expect([target['two'], target['one']]).toEqual([2, 'set']);
  });

  it('ends where the builder does not make a property', () => {
    const target: Record<string, unknown> = {};
    defineLazily(target, ['gone'], () => ({}));
    expect(target['gone']).toBeUndefined();
  });
});
