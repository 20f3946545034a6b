import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FakeExchange } from '../../../test/support/fake-exchange.ts';
import { snapshotWith } from '../../../test/support/snapshot.ts';
import { errorBody } from '../../errors/error-body.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { compileAuth } from './authenticate.ts';
import { compileRestrictions } from './enforce-restrictions.ts';

const KEY = 'sk-1234';
const MALFORMED = 'Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.';
const NO_KEY = 'Authentication Error, No api key passed in.';

function outcome(
  headers: Record<string, string>,
  target = '/v1/chat/completions',
  keyHeaderName: string | null = null,
): string {
  const authenticate = compileAuth(snapshotWith({ general: { keyHeaderName } }));
  try {
    return authenticate(new FakeExchange({ method: 'POST', target, headers })).kind;
  } catch (error) {
    if (!(error instanceof GatewayError) || error.status !== 401) throw error;
    if (errorBody(error).includes(KEY)) throw new Error('the key is in the answer');
    return error.message;
  }
}

describe('compileAuth', () => {
  it.each<[Record<string, string>]>([
    [{ authorization: 'Bearer sk-1234' }],
    [{ authorization: 'bearer sk-1234' }],
    [{ authorization: 'Basic sk-1234' }],
    [
      {
        authorization:
          'AWS4-HMAC-SHA256 Credential=Bearer sk-1234/20250101/us-east-1/bedrock/aws4_request, SignedHeaders=host',
      },
    ],
    [{ 'x-litellm-api-key': 'sk-1234' }],
    [{ 'x-litellm-api-key': 'Bearer sk-1234' }],
    [{ 'x-litellm-api-key': 'sk-1234', authorization: 'Bearer sk-wrong' }],
    [{ 'api-key': 'sk-1234' }],
    [{ 'x-api-key': 'sk-1234' }],
    [{ 'x-goog-api-key': 'sk-1234' }],
    [{ 'ocp-apim-subscription-key': 'sk-1234' }],
    [{ authorization: 'Bearer sk-1234', 'x-api-key': 'sk-wrong' }],
    [{ authorization: '', 'x-api-key': 'sk-1234' }],
  ])('lets in %j', (headers) => {
    expect(outcome(headers)).toBe('master');
  });

  it.each<[string, Record<string, string>]>([
    [NO_KEY, {}],
    [NO_KEY, { authorization: '' }],
    [NO_KEY, { cookie: 'key=sk-1234' }],
    [MALFORMED, { authorization: 'sk-1234' }],
    [MALFORMED, { authorization: 'Bearer ' }],
    [MALFORMED, { authorization: 'Bearer' }],
    [MALFORMED, { authorization: 'Digest sk-1234' }],
  ])('answers %s to %j', (message, headers) => {
    expect(outcome(headers)).toBe(message);
  });

  it.each([
    'sk-123',
    'sk-12345',
    'SK-1234',
    ' sk-1234',
    'sk-1234 ',
    'undefined',
    'null',
    '__proto__',
    "' OR 1=1 --",
    'sk-１234',
    createHash('sha256').update(KEY).digest('hex'),
    'x'.repeat(14_000),
    'dTpzay0xMjM0',
  ])('refuses the wrong key %s', (key) => {
    for (const headers of [{ authorization: `Bearer ${key}` }, { 'x-api-key': key }, { 'x-litellm-api-key': key }]) {
      expect(outcome(headers)).toContain('Invalid proxy server token passed');
    }
  });

  it('does not take the right key from a later header when an earlier one is wrong', () => {
    expect(outcome({ authorization: 'Bearer sk-wrong', 'x-api-key': KEY })).toContain('Invalid proxy server token');
  });

  it('takes ?key= on Google routes only', () => {
    expect(outcome({}, '/v1beta/models/g:generateContent?key=sk-1234')).toBe('master');
    expect(outcome({}, '/v1beta/models/g:streamGenerateContent?alt=sse&key=sk-1234')).toBe('master');
    expect(outcome({}, '/v1/chat/completions?key=sk-1234')).toBe(NO_KEY);
  });

  it("reads only Google's places on routes that say so", () => {
    const authenticate = compileAuth(snapshotWith());
    const route = {
      methods: ['POST'],
      path: '/g',
      family: 'x',
      access: 'key',
      keyFrom: 'google',
      handler: () => undefined,
    } as const;
    const kind = (target: string, headers: Record<string, string>) =>
      authenticate(new FakeExchange({ target, headers }), route).kind;
    expect(kind('/g?key=sk-1234', {})).toBe('master');
    expect(kind('/g', { 'x-goog-api-key': KEY })).toBe('master');
    expect(() => kind('/g', { authorization: 'Bearer sk-1234' })).toThrow(NO_KEY);
    expect(() => kind('/g?key=sk-wrong', { 'x-goog-api-key': KEY })).toThrow('Invalid proxy server token');
  });

  it('reads nothing but the configured header', () => {
    expect(outcome({ 'x-my-key': 'Bearer sk-1234' }, '/v1/models', 'x-my-key')).toBe('master');
    expect(outcome({ 'x-my-key': 'sk-1234' }, '/v1/models', 'x-my-key')).toBe(MALFORMED);
    expect(outcome({ authorization: 'Bearer sk-1234' }, '/v1/models', 'x-my-key')).toBe(MALFORMED);
  });

  it('asks nobody in open mode', () => {
    const authenticate = compileAuth(snapshotWith({ general: { masterKey: null } }));
    expect(authenticate(new FakeExchange({ headers: { authorization: 'Bearer whatever' } })).kind).toBe('open');
  });
});

describe('compileRestrictions', () => {
  const checks = compileRestrictions(
    snapshotWith({
      restrictions: [
        { key: 'general_settings.custom_auth', scope: 'all', masterKeyPasses: true },
        { key: 'guardrails', scope: 'llm', masterKeyPasses: false },
        { key: 'model_list[0].litellm_params.guardrails', scope: { modelName: 'gpt' }, masterKeyPasses: false },
      ],
    }),
  );

  it('never serves what a restriction governs', () => {
    expect(() => checks.route({ kind: 'open' }, false)).toThrow('general_settings.custom_auth');
    expect(() => checks.route({ kind: 'master' }, true)).toThrow('guardrails');
    expect(() => checks.group?.({ kind: 'master' }, 'gpt')).toThrow('model_list[0].litellm_params.guardrails');
  });

  it('lets the rest pass', () => {
    expect(() => checks.route({ kind: 'master' }, false)).not.toThrow();
    expect(() => checks.group?.({ kind: 'master' }, 'other')).not.toThrow();
    expect(() => compileRestrictions(snapshotWith()).route({ kind: 'open' }, true)).not.toThrow();
  });
});
