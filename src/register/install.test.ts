import { describe, expect, it } from 'vitest';
import { isPreloaded } from './install.ts';

describe('isPreloaded', () => {
  it.each([
    [['--import', 'fast-litellm/register']],
    [['--import=fast-litellm/register']],
    [['--enable-source-maps', '-r', 'fast-litellm/register']],
    [['--require', '/app/node_modules/fast-litellm/dist/register/index.js']],
    [['--import=file:///work/src/register/index.ts']],
  ])('%j preloads the hook', (flags) => {
    expect(isPreloaded(flags)).toBe(true);
  });

  it.each([
    [[]],
    [['--import', './instrumentation.mjs']],
    [['--conditions', 'fast-litellm/register']],
    [['--import']],
    [['-r', 'ts-node/register-extra']],
  ])('%j does not', (flags) => {
    expect(isPreloaded(flags)).toBe(false);
  });
});
