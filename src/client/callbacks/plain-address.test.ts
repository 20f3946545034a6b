import { expect, it } from 'vitest';
import { plainAddress } from './plain-address.ts';

it.each([
  ['https://user:password@host.test:8443/v1?key=sk-1#x', 'https://host.test:8443/v1'],
  ['http://simulated.invalid/v1', 'http://simulated.invalid/v1'],
  ['no address, sk-1', ''],
  ['', ''],
])('%s', (address, shown) => {
  expect(plainAddress(address)).toBe(shown);
});
