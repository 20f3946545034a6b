import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readBehaviour } from './behaviour.ts';

describe('readBehaviour', () => {
  it('reads instructions and leaves names alone', () => {
    expect(readBehaviour('simulated/fast+slow-2s+gap-20ms+tokens-9+cut-3')).toEqual({
      fast: true,
      firstByteMs: 2000,
      gapMs: 20,
      tokens: 9,
      failure: null,
      fault: { kind: 'cut', afterEvents: 3 },
    });
    const plain = readBehaviour('gpt-4o-mini');
    for (const name of ['', 'error-200', 'error-999', 'error-429ms', 'slow', 'fast-food', 'my-error-429', 'cut-5s']) {
      expect(readBehaviour(`simulated/${name}`)).toEqual(plain);
    }
  });

  it('bounds what a name can ask for', () => {
    expect(readBehaviour('slow-999999999s').firstByteMs).toBe(600_000);
    expect(readBehaviour('tokens-999999999').tokens).toBe(100_000);
  });

  it('is documented word by word', () => {
    const document = readFileSync('docs/simulated-provider.md', 'utf8');
    for (const word of [
      'fast',
      'slow-',
      'gap-',
      'tokens-',
      'error-',
      'error-context',
      'error-policy',
      'reset',
      'cut-',
      'stall-',
      'errmid-',
    ]) {
      expect(document).toContain(`| \`${word}`);
    }
  });
});
