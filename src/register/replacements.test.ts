import { describe, expect, it } from 'vitest';
import { Replacements } from './replacements.ts';
import { UnexpectedShape } from './unexpected-shape.ts';

describe('Replacements', () => {
  it('keeps how a property is, and restores it', () => {
    class Original {
      run(): string {
        return 'original';
      }
    }
    const before = Object.getOwnPropertyDescriptor(Original.prototype, 'run');
    const replacements = new Replacements();
    replacements.replace(Original.prototype, 'run', () => 'fast');
    expect(new Original().run()).toBe('fast');
    expect(Object.keys(Original.prototype)).toEqual([]);
    replacements.undo();
    expect(Object.getOwnPropertyDescriptor(Original.prototype, 'run')).toEqual(before);
  });

  it('restores a getter', () => {
    const target = Object.defineProperty({}, 'value', { get: () => 'computed', configurable: true, enumerable: true });
    const replacements = new Replacements();
    replacements.replace(target, 'value', 'fast');
    expect(target).toEqual({ value: 'fast' });
    replacements.undo();
    expect(Object.getOwnPropertyDescriptor(target, 'value')?.get?.()).toBe('computed');
  });

  it('leaves what somebody else has changed since', () => {
    const target = { run: 'original' };
    const replacements = new Replacements();
    replacements.replace(target, 'run', 'fast');
    target.run = 'theirs';
    replacements.undo();
    expect(target.run).toBe('theirs');
  });

  it('takes back the last changes first, down to a mark', () => {
    const target = { one: 1, two: 1 };
    const replacements = new Replacements();
    replacements.replace(target, 'one', 2);
    const mark = replacements.size;
    replacements.replace(target, 'one', 3);
    replacements.replace(target, 'two', 3);
    replacements.undo(mark);
    expect(target).toEqual({ one: 2, two: 1 });
    replacements.undo();
    expect(target).toEqual({ one: 1, two: 1 });
  });

  it('refuses what is not there or cannot be changed', () => {
    const replacements = new Replacements();
    const frozen = Object.freeze({ run: 1 });
    expect(() => replacements.replace(frozen, 'run', 2)).toThrow(UnexpectedShape);
    expect(() => replacements.replace({}, 'run', 2)).toThrow(UnexpectedShape);
    expect(replacements.size).toBe(0);
  });
});
