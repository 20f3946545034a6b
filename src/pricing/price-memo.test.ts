import { describe, expect, it } from 'vitest';
import { PriceMemo } from './price-memo.ts';
import { PriceTable, toPriceMap } from './price-table.ts';

const table = () => new PriceTable(() => toPriceMap({ one: { mode: 'chat' } }));

describe('PriceMemo', () => {
  it('keeps answers by their names, null being a name too', () => {
    const memo = new PriceMemo<number>(table());
    expect(memo.get(null, 'a')).toBeUndefined();
    memo.set(1, null, 'a');
    memo.set(2, 'p', 'a');
    memo.set(3, 'p', 'a', 'b');
    expect([memo.get(null, 'a'), memo.get('p', 'a'), memo.get('p', 'a', 'b')]).toEqual([1, 2, 3]);
    expect(memo.get('a', null)).toBeUndefined();
  });

  it('forgets all when the price map changes', () => {
    const prices = table();
    const memo = new PriceMemo<number>(prices);
    memo.get('p', 'a');
    memo.set(1, 'p', 'a');
    prices.set('two', { mode: 'chat' });
    expect(memo.get('p', 'a')).toBeUndefined();
    memo.set(2, 'p', 'a');
    expect(memo.get('p', 'a')).toBe(2);
  });

  it('stays bounded whatever names come', () => {
    const memo = new PriceMemo<number>(table());
    memo.get('p', 'a');
    for (let index = 0; index < 5000; index++) memo.set(index, 'p', `name-${index}`);
    expect(memo.get('p', 'name-0')).toBeUndefined();
    expect(memo.get('p', 'name-4999')).toBe(4999);
  });
});
