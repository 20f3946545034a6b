import { describe, expect, it } from 'vitest';
import { errorBody } from '../errors/error-body.ts';
import { mapProviderFailure, mapProviderStreamError, mapProviderUnreachable } from './map-failure.ts';

const failure = (
  status: number,
  body: unknown,
  more: { provider?: string; headers?: string[]; secret?: string } = {},
) =>
  mapProviderFailure({
    provider: 'openai',
    model: 'gpt-4o',
    status,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: [],
    ...more,
  });

describe('mapProviderFailure', () => {
  it('quotes the message for OpenAI and the body for others', () => {
    const body = { error: { message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' } };
    expect(failure(429, body).message).toBe('litellm.RateLimitError: RateLimitError: OpenAIException - slow down');
    expect(failure(429, body, { provider: 'groq' }).message).toBe(
      `litellm.RateLimitError: RateLimitError: GroqException - ${JSON.stringify(body)}`,
    );
  });

  it('keeps the provider code of a bad request and the status of anything', () => {
    const error = failure(400, {
      error: { message: "This model's maximum context length is 8", code: 'context_length_exceeded' },
    });
    expect(error).toMatchObject({ code: 'context_window_exceeded', status: 400, retryable: false });
    expect(errorBody(error)).toContain('"code":"context_length_exceeded"');
    expect(failure(529, 'busy')).toMatchObject({ code: 'api_error', status: 529, retryable: true });
    expect(failure(418, 'teapot')).toMatchObject({ code: 'api_error', status: 418, retryable: false });
  });

  it('reads retry-after as seconds or as a date by the answer own clock', () => {
    expect(failure(429, '', { headers: ['retry-after', '7'] }).options.retryAfterSeconds).toBe(7);
    expect(failure(429, '', { headers: ['retry-after', '0.2'] }).options.retryAfterSeconds).toBe(1);
    const headers = ['date', 'Wed, 21 Oct 2026 07:28:00 GMT', 'retry-after', 'Wed, 21 Oct 2026 07:28:30 GMT'];
    expect(failure(503, '', { headers }).options.retryAfterSeconds).toBe(30);
    expect(failure(429, '', { headers: ['retry-after', 'soon'] }).options.retryAfterSeconds).toBeUndefined();
  });

  it('never passes on a key', () => {
    const key = 'up-0123456789abcdef';
    expect(failure(401, `bad key ${key}`, { secret: key }).message).not.toContain(key);
    expect(failure(401, 'bad key sk-abcdefghijklmnopqrstuvwxyz012345').message).not.toContain('klmnop');
    expect(
      failure(401, { error: { message: `key ${key}` } }, { provider: 'azure', secret: key }).message,
    ).not.toContain(key);
  });

  it('tells why Azure refused', () => {
    const inner = { code: 'ResponsibleAIPolicyViolation', content_filter_result: {} };
    const error = failure(
      400,
      { error: { message: 'filtered', code: 'content_filter', innererror: inner } },
      { provider: 'azure' },
    );
    expect(error.code).toBe('content_policy_violation');
    expect(error.options.providerSpecificFields).toMatchObject({ innererror: inner, inner_error: inner });
  });

  it('stays fast on a hostile body', () => {
    const error = failure(500, '{"error":'.repeat(7000));
    expect(error.status).toBe(500);
  });
});

describe('mapProviderUnreachable', () => {
  it('says timeouts with their limit and connections by who was asked', () => {
    const base = { model: 'm', message: 'refused' };
    expect(mapProviderUnreachable({ ...base, provider: 'openai', kind: 'connection' }).message).toBe(
      'litellm.InternalServerError: InternalServerError: OpenAIException - Connection error.',
    );
    expect(mapProviderUnreachable({ ...base, provider: 'azure', kind: 'connection' })).toMatchObject({
      code: 'api_connection',
    });
    const timeout = mapProviderUnreachable({
      ...base,
      provider: 'openai',
      kind: 'timeout',
      timeoutSeconds: 0.5,
      elapsedSeconds: 0.503,
    });
    expect(timeout).toMatchObject({ status: 408, retryable: true });
    expect(timeout.message).toContain('timeout value=0.5, time taken=0.50 seconds');
  });
});

describe('mapProviderUnreachable of what cannot be sent', () => {
  const unsendable = (message: string) =>
    mapProviderUnreachable({ provider: 'openai', model: 'm', kind: 'unsendable', message });

  it('is the key’s fault where its header is named, and is not tried again', () => {
    const error = unsendable('https://api.openai.com: the request cannot be sent: invalid authorization header');
    expect(error).toMatchObject({ code: 'authentication', status: 401, retryable: false });
    expect(error.message).toMatch(/OpenAIException - The API key cannot be sent: it holds a line break/);
  });

  it('is a bad request else', () => {
    const error = unsendable('the request cannot be sent: invalid x-team header');
    expect(error).toMatchObject({ code: 'bad_request', status: 400, retryable: false });
    expect(error.message).toContain('invalid x-team header. Look at headers');
  });
});

describe('mapProviderStreamError', () => {
  const event = (error: object) =>
    mapProviderStreamError({
      provider: 'openai',
      model: 'm',
      status: 200,
      body: JSON.stringify({ error }),
      headers: [],
    });

  it('takes a status from the code or the type, else it is a broken connection', () => {
    expect(event({ message: 'x', code: 429 })).toMatchObject({ code: 'rate_limit', status: 429 });
    expect(event({ message: 'x', type: 'rate_limit_error' })).toMatchObject({ status: 429 });
    expect(event({ message: 'boom', type: 'server_error' })).toMatchObject({
      code: 'api_connection',
      status: 500,
      type: null,
    });
  });
});
