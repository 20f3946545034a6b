import { describe, expect, it } from 'vitest';
import { quantityText } from './quantity-text.ts';

describe('quantityText', () => {
  it.each([
    [412.4, 'cpu', '412 ns'],
    [0.5, 'cpu', '0.500 ns'],
    [16_740, 'cpu', '16.7 µs'],
    [999_600, 'wall', '1.00 ms'],
    [4.2e9, 'wall', '4.20 s'],
    [11.26, 'memory', '11.3 B'],
    [102e6, 'memory', '102 MB'],
    [13_750, 'rate', '13750/s'],
  ] as const)('writes %s of %s with the unit that suits it', (value, quantity, text) => {
    expect(quantityText(value, quantity)).toBe(text);
  });
});
