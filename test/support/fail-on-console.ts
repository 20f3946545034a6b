/** Setup file: any call of `console` during a test fails that test. Output is for people; a test says what it expects. */
import { format } from 'node:util';

import { afterEach, beforeEach } from 'vitest';

type Method = 'log' | 'info' | 'warn' | 'error' | 'debug' | 'trace' | 'dir' | 'table';
const METHODS: readonly Method[] = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'];

const calls: string[] = [];
const output = globalThis.console;

beforeEach(() => {
  calls.length = 0;
  for (const method of METHODS) {
    output[method] = (...args: readonly unknown[]): void => {
      calls.push(`console.${method}: ${format(...args)}`);
    };
  }
});

afterEach(() => {
  if (calls.length > 0) throw new Error(`a test must not use the console:\n${calls.join('\n')}`);
});
