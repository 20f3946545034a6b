/**
 * The library's `Router` against a scripted provider, over real connections: retries, every family of fallbacks,
 * cooldowns, strategies, and what LiteLLM's own router gets wrong.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerModel } from '../../src/client/model-functions.ts';
import type { CallFailure, RouterDeployment, RouterOptions } from '../../src/client/router/contract.ts';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import { deployment, errorOf, messages, routerOf, type TestDeploymentParams } from '../support/library-router.ts';
import { answerWhole, completion, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { type Script, ScriptedProvider } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  for (const [name, script] of SCRIPTS) provider.on(name, script);
});
afterAll(() => provider.close());

const failing =
  (status: number, error: object, headers: readonly string[] = []): Script =>
  (call) =>
    call.answer(status, JSON.stringify({ error }), ['content-type: application/json', ...headers]);

const SCRIPTS: readonly (readonly [string, Script])[] = [
  ['good', answerWhole],
  ['other', answerWhole],
  ['down', failing(503, { message: 'overloaded', type: 'server_error' })],
  ['limited', failing(429, { message: 'Rate limit reached', type: 'rate_limit' }, ['retry-after: 30'])],
  [
    'wrong-key',
    failing(401, { message: 'Incorrect API key provided: sk-provider-secret', type: 'invalid_request_error' }),
  ],
  [
    'long',
    failing(400, {
      message: "This model's maximum context length is 10 tokens",
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
    }),
  ],
  [
    'policy',
    failing(400, {
      message: 'Invalid prompt: it was flagged as potentially violating our usage policy.',
      type: 'invalid_request_error',
      code: 'content_policy_violation',
    }),
  ],
  ['filtered', (call) => call.answer(200, completion('filtered', '').replace('"stop"', '"content_filter"'))],
  ['not-json', (call) => call.answer(200, '<html>')],
  [
    'short',
    (call) => {
      call.head(200, ['content-type: application/json', 'content-length: 100']);
      call.end();
    },
  ],
];

const group = (name: string, ...models: readonly (string | TestDeploymentParams)[]) =>
  models.map((model) => deployment(provider, name, typeof model === 'string' ? { model } : model));

interface Asked extends Omit<RouterOptions, 'modelList'> {
  readonly modelList: readonly RouterDeployment[];
}

const ask = ({ modelList, ...options }: Asked, call: object = {}) => {
  const router = routerOf([...group('good', 'good'), ...modelList], options);
  return { router, answer: router.completion({ model: 'g', messages, ...call }) };
};

describe('retries', () => {
  it('asks another deployment of the group, and tells how often', async () => {
    const { router, answer } = ask({
      modelList: group('g', { model: 'down', weight: 1 }, { model: 'other', weight: 0 }),
      numRetries: 2,
      allowedFails: 0,
    });
    const got = await answer;
    expect(got.choices[0]?.message.content).toBe(HEALTHY_TEXT);
    expect(got._hidden_params).toMatchObject({ model_id: 'other', attempted_retries: 1, attempted_fallbacks: 0 });
    expect(JSON.stringify(got)).not.toContain('_hidden_params');
    await router.close();
  });

  it('of one deployment waits between attempts, and a retry policy decides by kind of error', async () => {
    const { router, answer } = ask({ modelList: group('g', 'long'), retryPolicy: { BadRequestErrorRetries: 1 } });
    const before = provider.callsFor('long').length;
    await expect(answer).rejects.toMatchObject({ code: 'context_window_exceeded', numRetries: 1, maxRetries: 1 });
    expect(provider.callsFor('long').length - before).toBe(2);
    await router.close();
  });

  it('end in an error of the class that the provider meant, without the key', async () => {
    const { router, answer } = ask({ modelList: group('g', 'wrong-key') });
    const error = (await errorOf(answer)) as CallFailure;
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({
      name: 'AuthenticationError',
      code: 'authentication',
      status: 401,
      llmProvider: 'openai',
      model: 'openai/wrong-key',
      attemptedFallbacks: 0,
    });
    expect(error.message).toMatch(/^litellm\.AuthenticationError: /);
    expect(error.message).not.toContain('sk-provider-secret');
    expect(error.message).toContain('Received Model Group=g');
    await router.close();
  });

  it.each(['not-json', 'short'])('never take a damaged answer for one: %s', async (model) => {
    const { router, answer } = ask({ modelList: group('g', model) });
    await expect(answer).rejects.toMatchObject({ status: 500 });
    await router.close();
  });
});

describe('fallbacks', () => {
  it.each<[string, string, RouterOptions, object]>([
    ['of the group', 'down', { fallbacks: [{ g: ['good'] }] }, {}],
    ['for every group', 'down', { defaultFallbacks: ['good'] }, {}],
    ['for a long prompt', 'long', { contextWindowFallbacks: [{ g: ['good'] }] }, {}],
    ['for a refused prompt', 'policy', { contentPolicyFallbacks: [{ g: ['good'] }] }, {}],
    ['for an answer that the filter emptied', 'filtered', { contentPolicyFallbacks: [{ g: ['good'] }] }, {}],
    ['of the call', 'down', {}, { fallbacks: ['good'] }],
    ['of the call, spelled as LiteLLM does', 'long', {}, { context_window_fallbacks: [{ g: ['good'] }] }],
    ['behind one that fails too', 'down', { fallbacks: [{ g: ['h', 'good'] }] }, {}],
  ])('%s', async (_name, model, options, call) => {
    const { router, answer } = ask({ ...options, modelList: [...group('g', model), ...group('h', 'limited')] }, call);
    const got = await answer;
    expect(got._hidden_params).toMatchObject({ model_id: 'good', model_group: 'good' });
    expect(got._hidden_params.attempted_fallbacks).toBeGreaterThan(0);
    await router.close();
  });

  it('may replace parameters of the call', async () => {
    const modelList = group('g', 'down');
    const fallbacks = [{ g: [{ model: 'good', temperature: 0, messages: [{ role: 'user', content: 'shorter' }] }] }];
    const { router, answer } = ask({ modelList, fallbacks }, { temperature: 1 });
    await answer;
    expect(provider.callsFor('good').at(-1)?.json).toMatchObject({
      temperature: 0,
      messages: [{ content: 'shorter' }],
    });
    await router.close();
  });

  it('are named in the error when they fail too', async () => {
    const modelList = [...group('g', 'down'), ...group('h', 'limited')];
    const { router, answer } = ask({ modelList, fallbacks: [{ g: ['h'] }] });
    const error = (await errorOf(answer)) as CallFailure;
    expect(error).toMatchObject({ name: 'ServiceUnavailableError', status: 503, attemptedFallbacks: 1 });
    expect(error.message).toContain("Available Model Group Fallbacks=['h']");
    expect(error.message).toContain('Error doing the fallback: litellm.RateLimitError');
    await router.close();
  });

  it('are not tried when the call forbids them', async () => {
    const { router, answer } = ask(
      { modelList: group('g', 'down'), fallbacks: [{ g: ['good'] }] },
      { disableFallbacks: true },
    );
    await expect(answer).rejects.toMatchObject({ status: 503 });
    await router.close();
  });
});

describe('cooldowns', () => {
  it('take a deployment out after a 429, for as long as the provider asks', async () => {
    const modelList = group('g', { model: 'limited', weight: 1 }, { model: 'other', weight: 0 });
    const { router, answer } = ask({ modelList, numRetries: 1 });
    await answer;
    const cooling = router.getState().find(({ id }) => id === 'limited');
    expect(cooling).toMatchObject({ state: 'cooling', cooldown: { decidedBy: 'rate-limited', status: 429 } });
    const { sinceMs = 0, untilMs = 0 } = cooling?.cooldown ?? {};
    expect(untilMs - sinceMs).toBe(30_000);
    const before = provider.callsFor('limited').length;
    for (let call = 0; call < 5; call++) await router.completion({ model: 'g', messages });
    expect(provider.callsFor('limited').length).toBe(before);
    router.flushCache();
    expect(router.getState().find(({ id }) => id === 'limited')?.state).toBe('healthy');
    await router.close();
  });

  it('of a deployment that stays outlive a changed list', async () => {
    const modelList = group('g', { model: 'limited', weight: 1 }, { model: 'other', weight: 0 });
    const { router, answer } = ask({ modelList, numRetries: 1 });
    await answer;
    router.addDeployment(deployment(provider, 'h', { model: 'new' }));
    router.updateSettings({ numRetries: 5 });
    expect(router.getState().find(({ id }) => id === 'limited')?.state).toBe('cooling');
    await router.close();
  });
});

describe('strategies', () => {
  it('least-busy avoids the deployment that is still answering', async () => {
    const busy = Promise.withResolvers<void>();
    provider.on('busy', async (call) => {
      await busy.promise;
      answerWhole(call);
    });
    const router = routerOf(group('g', 'busy', 'other'), { routingStrategy: 'least-busy' });
    const first = router.completion({ model: 'g', messages });
    await provider.nthCall('busy');
    const second = await router.completion({ model: 'g', messages });
    expect(second._hidden_params.model_id).toBe('other');
    busy.resolve();
    expect((await first)._hidden_params.model_id).toBe('busy');
    expect(router.getState().map(({ inFlight }) => inFlight)).toEqual([0, 0]);
    await router.close();
  });

  it.each<[string, RouterOptions, object]>([
    ['within the time limit of the call', {}, { timeout: 0.1 }],
    ['within that of the router', { timeout: 0.1 }, {}],
    ['not at all where that is set', { waitForPlace: false }, {}],
  ])('a call waits for a place %s', async (_name, options, call) => {
    const router = routerOf(group('g', { model: 'held', max_parallel_requests: 1, timeout: 60 }), options);
    const busy = Promise.withResolvers<void>();
    provider.on('held', async (held) => {
      await busy.promise;
      answerWhole(held);
    });
    const before = provider.callsFor('held').length;
    const first = router.completion({ model: 'g', messages });
    await provider.nthCall('held', before + 1);
    expect(await errorOf(router.completion({ model: 'g', messages, ...call }))).toMatchObject({ status: 429 });
    expect(provider.callsFor('held').length).toBe(before + 1);
    busy.resolve();
    await first;
    await router.close();
  });

  it('cost-based goes by what registerModel says', async () => {
    registerModel({
      'openai/registered-dear': { input_cost_per_token: 0.01, output_cost_per_token: 0.01, litellm_provider: 'openai' },
      'openai/registered-cheap': { input_cost_per_token: 1e-9, output_cost_per_token: 0, litellm_provider: 'openai' },
    });
    const router = routerOf(group('g', 'registered-dear', 'registered-cheap'), {
      routingStrategy: 'cost-based-routing',
    });
    const asked = Array.from({ length: 20 }, () => router.getAvailableDeployment({ model: 'g' }).modelInfo.id);
    expect(new Set(asked)).toEqual(new Set(['registered-cheap']));
    await router.close();
  });

  it('tags choose among deployments', async () => {
    const modelList = group('g', { model: 'good', tags: ['paid'] }, { model: 'other', tags: ['free'] });
    const router = routerOf(modelList, { enableTagFiltering: true });
    for (let call = 0; call < 5; call++) {
      const answer = await router.completion({ model: 'g', messages, metadata: { tags: ['free'] } });
      expect(answer._hidden_params.model_id).toBe('other');
    }
    await expect(
      router.completion({ model: 'g', messages, metadata: { tags: ['paid', 'none'] } }),
    ).resolves.toBeDefined();
    await router.close();
  });

  it('usage counts what answers say that they used', async () => {
    const router = routerOf(group('g', 'good'), { routingStrategy: 'usage-based-routing-v2' });
    await router.completion({ model: 'g', messages });
    expect(router.getState()[0]).toMatchObject({ requestsThisMinute: 1, tokensThisMinute: 67, successes: 1 });
    await router.close();
  });
});

describe("what LiteLLM's router gets wrong", () => {
  it('cost-based routing finds a deployment without being asynchronous', async () => {
    const router = routerOf(
      group(
        'g',
        { model: 'dear', input_cost_per_token: 0.01, output_cost_per_token: 0.01 },
        { model: 'cheap', input_cost_per_token: 0.001, output_cost_per_token: 0.001 },
      ),
      { routingStrategy: 'cost-based-routing' },
    );
    expect(router.getAvailableDeployment({ model: 'g', messages }).modelInfo.id).toBe('cheap');
    await router.close();
  });

  it('cooldowns still work in each of 150 routers of one process', async () => {
    const routers = Array.from({ length: 150 }, () =>
      routerOf(group('g', { model: 'limited', weight: 1 }, { model: 'other', weight: 0 }), { numRetries: 1 }),
    );
    for (const router of routers) {
      await router.completion({ model: 'g', messages });
      expect(router.getState().map(({ state }) => state)).toEqual(['cooling', 'healthy']);
      await router.close();
    }
  });

  it('fallbacks are found when the request came through an alias', async () => {
    const { router, answer } = ask(
      { modelList: group('g', 'down'), modelGroupAlias: { alias: 'g' }, fallbacks: [{ g: ['good'] }] },
      { model: 'alias' },
    );
    expect((await answer)._hidden_params.model_group).toBe('good');
    await router.close();
  });
});
