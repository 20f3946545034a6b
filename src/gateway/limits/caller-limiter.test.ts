import { describe, expect, test } from 'vitest';
import { AssembledGateway, COMPLETION, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';

function gateway(params: Parameters<typeof openaiDeployment>[0]): AssembledGateway {
  return new AssembledGateway({ deployments: [openaiDeployment(params), openaiDeployment(params, 'other')] });
}

function answered(to: AssembledGateway, body: Readonly<Record<string, unknown>> = {}): FakeExchange {
  const before = to.upstream.calls.length;
  const exchange = to.chat(body);
  if (to.upstream.calls.length > before) to.upstream.calls.at(-1)?.answer(200, COMPLETION);
  return exchange;
}

describe('default limits of keys', () => {
  test('requests: as many as the limit for each model group, then 429 in the words of LiteLLM', () => {
    const to = gateway({ default_api_key_rpm_limit: 2 });
    const first = answered(to);
    expect([first.status, answered(to).status]).toEqual([200, 200]);
    expect(first.replied('x-ratelimit-model_per_key-limit-requests')).toEqual(['2']);
    expect(first.replied('x-ratelimit-model_per_key-remaining-requests')).toEqual(['1']);
    const refused = answered(to);
    expect(refused.status).toBe(429);
    expect(refused.text).toMatch(
      /Rate limit exceeded for model_per_key: litellm_proxy_master_key:group\. Limit type: requests/,
    );
    expect(refused.replied('rate_limit_type')).toEqual(['requests']);
    expect(Number(refused.replied('retry-after')[0])).toBeGreaterThan(0);
    expect(answered(to, { model: 'other' }).status).toBe(200);
    expect(to.upstream.calls).toHaveLength(3);
  });

  test('another name of the group is no other limit', () => {
    const limited = { ...openaiDeployment({ default_api_key_rpm_limit: 3 }), id: 'by-id' };
    const deployments = [limited, { ...openaiDeployment({ model: 'openai/gpt-5' }), id: 'sibling' }];
    const aliases = new Map([['alias', { model: 'group', hidden: false }]]);
    const to = new AssembledGateway({ deployments, aliases });
    for (const model of ['group', 'alias', 'by-id']) expect(answered(to, { model }).status).toBe(200);
    for (const model of ['group', 'alias', 'by-id', 'openai/gpt-4o', 'sibling', 'openai/gpt-5'])
      expect(to.chat({ model }).status).toBe(429);
  });

  test('neither the key nor the provider’s is in any of it', () => {
    const to = gateway({ default_api_key_rpm_limit: 0 });
    const refused = answered(to);
    expect(refused.status).toBe(429);
    expect(refused.text + refused.replyHeaders.join() + to.logLines.join()).not.toMatch(/sk-1234|sk-provider-canary/);
  });

  test('tokens: reserved before the call, capped, settled by what it used', () => {
    const to = gateway({ default_api_key_tpm_limit: 100 });
    const first = to.chat();
    // Five characters are one token of input; a quarter of the limit is what the answer may have.
    expect(to.upstream.only.json).toMatchObject({ model: 'gpt-4o', max_tokens: 25 });
    expect(to.chat({ max_tokens: 90 }).status).toBe(429);
    to.upstream.only.answer(200, COMPLETION);
    expect(first.status).toBe(200);
    // Five of a hundred are used now, so that 90 fit again.
    expect(answered(to, { max_tokens: 90 }).status).toBe(200);
    expect(to.upstream.calls.at(-1)?.json['max_tokens']).toBe(90);
  });

  test('a failed call and a client that leaves give their tokens back', () => {
    const to = gateway({ default_api_key_tpm_limit: 100 });
    to.chat({ max_tokens: 90 });
    to.upstream.calls.at(-1)?.answer(500, { error: { message: 'no' } });
    const exchange = to.chat({ max_tokens: 90 });
    expect(exchange.headSent).toBe(false);
    exchange.leave();
    expect(answered(to, { max_tokens: 90 }).status).toBe(200);
  });

  test('without such a setting nothing is limited', () => {
    const to = gateway({});
    expect(to.assembly.pipeline.limits.callers).toBeNull();
    expect(answered(to).replyHeaders.join()).not.toContain('x-ratelimit-model_per_key');
  });
});
