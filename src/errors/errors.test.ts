import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from './codes.ts';
import { errorBody, errorEvent } from './error-body.ts';
import { GatewayError } from './gateway-error.ts';

const document = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

describe('the table of errors', () => {
  test('stands in docs/errors.md row by row, and nothing else does', () => {
    const documented = document
      .split('\n')
      .map((line) => line.split('|').slice(1, -1))
      .map((cells) => cells.map((cell) => cell.trim()))
      .filter((cells) => /^`\w+`$/.test(cells[0] ?? ''))
      .map(([code, className, status, type, retryable, remedy]) => [
        code?.slice(1, -1),
        className,
        Number(status),
        type?.slice(1, -1),
        retryable === 'yes',
        remedy,
      ]);
    const coded = Object.entries(ERROR_CODES).map(([code, row]) => [
      code,
      row.className,
      row.status,
      row.type,
      row.retryable,
      row.remedy,
    ]);
    expect(documented).toEqual(coded);
  });

  test('every remedy is a sentence', () => {
    for (const row of Object.values(ERROR_CODES)) expect(row.remedy).toMatch(/^[A-Z].+\.$/);
  });
});

describe('GatewayError', () => {
  test('takes status, type and retryability from the table unless told otherwise', () => {
    const plain = new GatewayError('rate_limit', 'slow down');
    expect([plain.status, plain.type, plain.retryable, plain.name]).toEqual([
      429,
      'throttling_error',
      true,
      'RateLimitError',
    ]);
    const other = new GatewayError('api_error', 'teapot', { status: 418, type: null, retryable: true });
    expect([other.status, other.type, other.retryable]).toEqual([418, null, true]);
  });

  test('changed copies keep the rest', () => {
    const error = new GatewayError('rate_limit', 'a', { retryAfterSeconds: 3, param: 'x' }).with({
      message: 'b',
      type: null,
    });
    expect([error.message, error.type, error.param, error.options.retryAfterSeconds]).toEqual(['b', null, 'x', 3]);
  });

  test('instanceof tells errors of another copy of the package, and nothing else', () => {
    const foreign = Object.defineProperty(new Error('x'), Symbol.for('fast-litellm.error'), { value: true });
    expect(foreign instanceof GatewayError).toBe(true);
    expect(new Error('x') instanceof GatewayError).toBe(false);
    expect((null as unknown) instanceof GatewayError).toBe(false);
  });
});

describe('errorBody', () => {
  test("writes LiteLLM's envelope with the status as text", () => {
    expect(JSON.parse(errorBody(new GatewayError('bad_request', 'no', { param: 'model' })))).toEqual({
      error: { message: 'no', type: 'invalid_request_error', param: 'model', code: '400' },
    });
  });

  test("keeps a provider's code and its own fields", () => {
    const error = new GatewayError('content_policy_violation', 'no', {
      wireCode: 'content_filter',
      providerSpecificFields: { innererror: { code: 'x' } },
    });
    expect(JSON.parse(errorBody(error))).toEqual({
      error: {
        message: 'no',
        type: 'invalid_request_error',
        param: null,
        code: 'content_filter',
        provider_specific_fields: { innererror: { code: 'x' } },
      },
    });
  });

  test("answers in FastAPI's shape where a detail is given", () => {
    expect(errorBody(new GatewayError('not_found', 'x', { detail: 'Not Found' }))).toBe('{"detail":"Not Found"}');
  });

  test('a copy with other options keeps the cause', () => {
    const error = new GatewayError('internal', 'x');
    Object.defineProperty(error, 'cause', { value: 'why', configurable: true });
    expect(error.with({ param: 'p' })).toMatchObject({ cause: 'why', param: 'p' });
    expect(new GatewayError('internal', 'x', { cause: 1 }).with({ cause: 2 }).cause).toBe(2);
  });

  test('an event ends with a blank line and holds one line of data, whatever the message', () => {
    expect(errorEvent(new GatewayError('internal', 'a\nb'))).toMatch(/^data: [^\n]+\n\n$/);
  });
});
