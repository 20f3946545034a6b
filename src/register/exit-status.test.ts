import { describe, expect, it, vi } from 'vitest';
import { writeStatusAtExit } from './exit-status.ts';

const SOURCE = { status: () => ({}), statusTable: () => '' };

function told(value: string): { readonly isWritten: boolean; readonly unknown: number } {
  const onUnknown = vi.fn<() => void>();
  const stop = writeStatusAtExit(new Map([['FAST_LITELLM_STATUS', value]]), SOURCE, onUnknown);
  stop?.();
  return { isWritten: stop !== null, unknown: onUnknown.mock.calls.length };
}

describe('writeStatusAtExit', () => {
  it.each(['exit', 'json', ' JSON '])('writes with %j', (value) => {
    expect(told(value)).toEqual({ isWritten: true, unknown: 0 });
  });

  it.each(['', ' ', 'off'])('writes nothing with %j', (value) => {
    expect(told(value)).toEqual({ isWritten: false, unknown: 0 });
  });

  it.each(['yes', 'table', '1'])('says that %j is no way to write it', (value) => {
    expect(told(value)).toEqual({ isWritten: false, unknown: 1 });
  });
});
