import { describe, expect, it } from 'vitest';
import { PriceMapError, PriceTable, parsePriceMap, toPriceMap, type PriceMap } from './price-table.ts';

const mapOf = (count: number, extra: Record<string, { mode: string }> = {}): PriceMap =>
  toPriceMap({
    ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`m-${index}`, { mode: 'chat' }])),
    ...extra,
  });

describe('PriceTable', () => {
  it('loads at the first look-up and once', () => {
    let loads = 0;
    const table = new PriceTable(() => {
      loads++;
      return mapOf(3);
    });
    expect(loads).toBe(0);
    expect(table.get('m-1')).toEqual({ mode: 'chat' });
    expect(table.get('nope')).toBeUndefined();
    expect(loads).toBe(1);
  });

  it('tries again after a load that failed', () => {
    let failing = true;
    const table = new PriceTable(() => {
      if (failing) throw new PriceMapError('gone');
      return mapOf(1);
    });
    expect(() => table.get('m-0')).toThrow('gone');
    failing = false;
    expect(table.get('m-0')).toBeDefined();
  });

  it('finds a key without regard to case and prefers the exact one', () => {
    const table = new PriceTable(() => toPriceMap({ 'Org/Model': { mode: 'chat' }, gpt: { mode: 'chat' } }));
    expect(table.resolveKey('org/MODEL')).toBe('Org/Model');
    expect(table.resolveKey('gpt')).toBe('gpt');
    expect(table.resolveKey('toString')).toBeNull();
    table.set('New-One', { mode: 'chat' });
    expect(table.resolveKey('new-one')).toBe('New-One');
  });

  it('does not take names of Object.prototype for models', () => {
    const table = new PriceTable(() => parsePriceMap('{"a": {}, "__proto__": {"mode": "chat"}}'));
    expect(table.get('constructor')).toBeUndefined();
    expect(table.get('__proto__')).toEqual({ mode: 'chat' });
  });

  it('replaces the map, keeps registered entries and raises the version', () => {
    const table = new PriceTable(() => mapOf(60));
    table.set('mine', { mode: 'chat', input_cost_per_token: 1 });
    const before = table.version;
    table.replace(mapOf(70, { fresh: { mode: 'chat' } }));
    expect(table.get('fresh')).toBeDefined();
    expect(table.get('mine')).toEqual({ mode: 'chat', input_cost_per_token: 1 });
    expect(table.version).toBeGreaterThan(before);
    expect([...table.keys()]).toContain('mine');
  });

  it.each([
    ['less than half of the models', 100, 49],
    ['fewer than fifty models', 60, 40],
  ])('refuses a map with %s and keeps the old one', (_, before, after) => {
    const table = new PriceTable(() => mapOf(before));
    const version = table.version;
    expect(() => {
      table.replace(mapOf(after));
    }).toThrow(PriceMapError);
    expect(table.get(`m-${before - 1}`)).toBeDefined();
    expect(table.version).toBe(version);
  });
});

describe('parsePriceMap', () => {
  it.each([
    ['not JSON', '{"a":'],
    ['an array', '[]'],
    ['an empty map', '{}'],
    ['only reserved keys', '{"sample_spec": {}}'],
    ['an entry that is no object', '{"a": 3}'],
  ])('refuses %s', (_, text) => {
    expect(() => parsePriceMap(text)).toThrow(PriceMapError);
  });
});
