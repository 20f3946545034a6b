import { describe, expect, it } from 'vitest';
import { isOwnFault } from './own-fault.ts';

const failed = (cause: unknown): TypeError => new TypeError('fetch failed', { cause });

describe('isOwnFault', () => {
  it.each([
    [new DOMException('gone', 'AbortError')],
    [new DOMException('late', 'TimeoutError')],
    [new TypeError('Failed to parse URL')],
    [failed(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))],
    [failed(new Error('unexpected redirect'))],
    [failed(Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }))],
    ['a reason of the caller'],
  ])('%s is not', (error) => {
    expect(isOwnFault(error)).toBe(false);
  });

  it.each([
    [new Error('broken')],
    [new RangeError('broken')],
    [failed(new TypeError('handler.onData is not a function'))],
    [failed(Object.assign(new Error('bad'), { name: 'InvalidArgumentError' }))],
  ])('%s is', (error) => {
    expect(isOwnFault(error)).toBe(true);
  });
});
