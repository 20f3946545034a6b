import { describe, expect, it } from 'vitest';
import { CallIdSource } from './call-id.ts';

describe('CallIdSource', () => {
  it('makes version 4 UUIDs that do not repeat, over several batches', () => {
    const source = new CallIdSource();
    const ids = Array.from({ length: 1000 }, () => source.next());
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('keeps every random bit but version and variant', () => {
    const source = new CallIdSource((bytes) => bytes.fill(0xff));
    expect(source.next()).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
    expect(new CallIdSource((bytes) => bytes.fill(0)).next()).toBe('00000000-0000-4000-8000-000000000000');
  });

  it('asks the generator once per 256 ids', () => {
    let fills = 0;
    const source = new CallIdSource(() => fills++);
    for (let i = 0; i < 257; i++) source.next();
    expect(fills).toBe(2);
  });
});
