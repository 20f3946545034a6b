import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '../../errors/codes.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { OpenaiClasses } from './openai-classes.ts';

const CLASSES: readonly (readonly [ErrorCode, abstract new (...args: never) => Error])[] = [
  ['bad_request', OpenAI.BadRequestError],
  ['context_window_exceeded', OpenAI.BadRequestError],
  ['content_policy_violation', OpenAI.BadRequestError],
  ['unsupported_params', OpenAI.BadRequestError],
  ['authentication', OpenAI.AuthenticationError],
  ['permission_denied', OpenAI.PermissionDeniedError],
  ['not_found', OpenAI.NotFoundError],
  ['timeout', OpenAI.APIConnectionTimeoutError],
  ['unprocessable', OpenAI.UnprocessableEntityError],
  ['rate_limit', OpenAI.RateLimitError],
  ['internal', OpenAI.InternalServerError],
  ['bad_gateway', OpenAI.InternalServerError],
  ['service_unavailable', OpenAI.InternalServerError],
  ['api_connection', OpenAI.APIConnectionError],
  ['api_error', OpenAI.APIError],
  ['not_implemented', OpenAI.APIError],
];

describe('the classes of the openai package', () => {
  it.each(CLASSES)('%s is one', (code, expected) => {
    const error = new OpenaiClasses().adopt(new GatewayError(code, 'text', { param: 'p' }));
    expect(error).toBeInstanceOf(expected);
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toBeInstanceOf(OpenAI.OpenAIError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code, name: ERROR_CODES[code].className, message: 'text', param: 'p' });
    expect(error.with({ message: 'other' })).toMatchObject({ code, message: 'other' });
  });

  it('every error is one of them', () => {
    for (const code of Object.keys(ERROR_CODES) as ErrorCode[])
      expect(new OpenaiClasses().adopt(new GatewayError(code, 'text'))).toBeInstanceOf(OpenAI.APIError);
  });

  it('are asked for at the first error, once', () => {
    let loads = 0;
    const classes = new OpenaiClasses(() => {
      loads += 1;
      return null;
    });
    expect(loads).toBe(0);
    const error = new GatewayError('rate_limit', 'text');
    const before: unknown = Object.getPrototypeOf(error);
    expect(Object.getPrototypeOf(classes.adopt(error))).toBe(before);
    classes.adopt(new GatewayError('timeout', 'text'));
    expect(loads).toBe(1);
  });

  it('that cannot be loaded now are tried again, and nothing is lost', () => {
    let loads = 0;
    const classes = new OpenaiClasses(() => {
      loads += 1;
      if (loads === 1) throw new Error('in the middle of loading');
      return { RateLimitError: OpenAI.RateLimitError };
    });
    const first = classes.adopt(new GatewayError('rate_limit', 'text'));
    expect(first).not.toBeInstanceOf(OpenAI.APIError);
    expect(first).toBeInstanceOf(GatewayError);
    expect(classes.adopt(new GatewayError('rate_limit', 'text'))).toBeInstanceOf(OpenAI.RateLimitError);
  });

  it('of a package that is another one change nothing', () => {
    const classes = new OpenaiClasses(() => ({ RateLimitError: 'no class', APIError: class {} }));
    expect(classes.adopt(new GatewayError('rate_limit', 'text')).name).toBe('RateLimitError');
    expect(classes.adopt(new GatewayError('api_error', 'text'))).toBeInstanceOf(Error);
  });
});
