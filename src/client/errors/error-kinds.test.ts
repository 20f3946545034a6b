import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '../../errors/codes.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import * as kinds from './error-kinds.ts';

const of = (code: ErrorCode): readonly string[] =>
  Object.values(kinds)
    .filter((kind) => new GatewayError(code, 'text') instanceof kind)
    .map(({ name }) => name)
    .sort();

describe('LiteLLM’s classes', () => {
  it('tell errors apart, with what LiteLLM derives from what', () => {
    expect(of('rate_limit')).toEqual(['RateLimitError']);
    expect(of('context_window_exceeded')).toEqual(['BadRequestError', 'ContextWindowExceededError']);
    expect(of('unsupported_params')).toEqual(['BadRequestError', 'UnsupportedParamsError']);
    expect(of('gateway_timeout')).toEqual(['Timeout']);
    expect(of('not_implemented')).toEqual([]);
  });

  it('are all there', () => {
    const names = Object.values(ERROR_CODES).map(({ className }) => className);
    expect(new Set(names.filter((name) => name !== 'ProxyException'))).toEqual(
      new Set(Object.values(kinds).map(({ name }) => name)),
    );
  });

  it('know nothing but errors of this package', () => {
    for (const value of [null, undefined, 'RateLimitError', Object.assign(new Error('x'), { name: 'RateLimitError' })])
      expect((value as unknown) instanceof kinds.RateLimitError).toBe(false);
  });

  it('narrow what was caught', () => {
    const caught: unknown = new GatewayError('rate_limit', 'text', { retryAfterSeconds: 3 });
    const seconds = caught instanceof kinds.RateLimitError ? caught.options.retryAfterSeconds : null;
    expect(seconds).toBe(3);
  });
});
