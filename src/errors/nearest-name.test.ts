import { describe, expect, test } from 'vitest';
import { nearestName } from './nearest-name.ts';

describe('nearestName', () => {
  test.each([
    ['numRetry', ['numRetries', 'timeout'], 'numRetries'],
    ['opnai', ['openai', 'azure'], 'openai'],
    ['wieght', ['height', 'weight'], 'weight'],
    ['RPM', ['tpm', 'rpm'], 'rpm'],
    ['least-buzy', ['least-busy', 'p2c'], 'least-busy'],
  ])('%s among %j is %s', (name, known, near) => {
    expect(nearestName(name, known)).toBe(near);
  });

  test.each([
    ['foo', ['p2c']],
    ['lar1', ['p2c', 'least-busy']],
    ['fast', ['p2c', 'cost-based-routing']],
    ['', ['a', 'rpm']],
  ])('%j among %j is nothing: more than half of the letters would change', (name, known) => {
    expect(nearestName(name, known)).toBeNull();
  });

  test('takes a bound of its own, and two letters in the wrong order for one change', () => {
    expect(nearestName('rmp', ['rpm'], 1)).toBe('rpm');
    expect(nearestName('ordre', ['order'], 1)).toBe('order');
    expect(nearestName('odre', ['order'], 1)).toBeNull();
  });
});
