/** Figures as they are read: three digits, with the unit that suits them. */
import { figure } from '../statistics.ts';
import type { Quantity } from './contract.ts';

const TIMES: readonly (readonly [number, string])[] = [
  [1, 'ns'],
  [1e3, 'µs'],
  [1e6, 'ms'],
  [1e9, 's'],
];
const SIZES: readonly (readonly [number, string])[] = [
  [1, 'B'],
  [1e3, 'KB'],
  [1e6, 'MB'],
  [1e9, 'GB'],
];

export const QUANTITY_NAMES: Readonly<Record<Quantity, string>> = {
  cpu: 'CPU time',
  wall: 'time',
  memory: 'memory',
  rate: 'per second',
};

export function quantityText(value: number, quantity: Quantity): string {
  if (quantity === 'rate') return `${figure(value)}/s`;
  const units = quantity === 'memory' ? SIZES : TIMES;
  // 999.5 would be written as 1000.
  const [size, name] = units.findLast(([least]) => value >= 0.9995 * least) ?? [1, units[0]?.[1] ?? ''];
  return `${figure(value / size)} ${name}`;
}
