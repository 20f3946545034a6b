import { describe, expect, it } from 'vitest';
import { errorOf, messages, testTools } from '../../../test/support/library-router.ts';
import { RIGHT_FOR_ALL, WRONG_FOR_ALL } from '../../../test/support/wrong-router-settings.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { RouterDeployment } from './contract.ts';
import { camelCase } from './names.ts';
import { Router } from './router.ts';

const entry = (modelName: string, id: string, params: object = {}): RouterDeployment => ({
  modelName,
  litellmParams: { model: `simulated/fast+${id}`, ...params },
  modelInfo: { id },
});

function create(options: object, environment: Readonly<Record<string, string>> = {}): Router {
  return new Router(options, testTools({ environment: new Map(Object.entries(environment)) }));
}

function refusal(options: unknown): GatewayError {
  try {
    create(options as object);
  } catch (error) {
    if (error instanceof GatewayError) return error;
  }
  throw new Error('it was not refused');
}

describe('options', () => {
  it('are LiteLLM’s, in either spelling, with its defaults', () => {
    const camel = create({ numRetries: 4, cooldownTime: 9, routingStrategy: 'least-busy' });
    const snake = create({ num_retries: 4, cooldown_time: 9, routing_strategy: 'least-busy' });
    expect(snake.getSettings()).toEqual(camel.getSettings());
    expect(camel.getSettings()).toMatchObject({
      numRetries: 4,
      cooldownTime: 9,
      maxFallbacks: 5,
      routingStrategy: 'least-busy',
    });
    expect(create({}).getSettings()).toMatchObject({
      numRetries: 2,
      cooldownTime: 5,
      routingStrategy: 'simple-shuffle',
    });
  });

  it.each<[unknown, RegExp]>([
    [{ numRetry: 1 }, /Unknown option of Router: numRetry\. Did you mean numRetries\?/],
    [{ fallback: [] }, /Did you mean fallbacks\?/],
    [{ somethingElse: 1 }, /Unknown option of Router: somethingElse\.$/],
    [{ numRetries: '3' }, /numRetries has to be a whole number, 0 or more; got a string/],
    [{ numRetries: NaN }, /numRetries has to be a whole number, 0 or more; got NaN/],
    [{ fallbacks: {} }, /fallbacks has to be a list of entries, each one model group .*; got an object/],
    [{ fallbacks: [{ a: ['b'] }, { a: 7 }] }, /fallbacks\[1\]\.a has to be a list of models; got a number/],
    [{ routingStrategy: 'least-buzy' }, /Unknown routing strategy: least-buzy\. Did you mean least-busy\?/],
    [
      { retryPolicy: { RateLimitRetries: 1 } },
      /Unknown kind of error: RateLimitRetries\. Did you mean RateLimitErrorRetries\?/,
    ],
    [{ modelList: {} }, /modelList has to be an array of deployments; got an object/],
    [{ modelList: [{ modelName: 'a' }] }, /modelList\[0\]: `litellm_params` is missing/],
    [
      { modelList: [entry('a', 'x'), { modelName: 'a', litellmParams: {} }] },
      /modelList\[1\]\.litellm_params: `model` is missing/,
    ],
    [{ modelList: [{ modelNames: 'a' }] }, /Unknown member of modelList\[0\]: modelNames\. Did you mean modelName\?/],
    [{ modelList: [entry('a', 'x', { rpm: 'many' })] }, /modelList\[0\]\.litellm_params\.rpm/],
    [{ modelList: [entry('a', 'x'), entry('a', 'y', { tpm: -5 })] }, /modelList\[1\]\.litellm_params\.tpm/],
    [
      { modelList: [entry('a', 'x', { rpm: Number.NaN })] },
      /modelList\[0\] holds something that JSON cannot say: NaN as rpm/,
    ],
    [
      { modelList: [entry('a', 'x', { maxParallelRequests: 'abc' })] },
      /max_parallel_requests: expected a whole number, 1 or more, found a string\. Correct the value, or let/,
    ],
    [{ modelList: [entry('a', 'x', { maxParallelRequests: 0 })] }, /1 or more, found zero/],
    [{ modelList: [entry('a', 'x', { maxParallelRequests: -1 })] }, /1 or more, found a negative number/],
    [{ defaultMaxParallelRequests: 0 }, /defaultMaxParallelRequests has to be a whole number, 1 or more/],
    [
      { modelList: [entry('a', 'x', { azureAdTokenProvider: () => 'token' })] },
      /modelList\[0\] holds something that JSON cannot say/,
    ],
    [{ modelList: [entry('a', 'x', { timeout: -1 })] }, /litellm_params\.timeout: expected a number, 0 or more, found/],
    [{ modelList: [entry('a', 'x', { weight: -3 })] }, /litellm_params\.weight: .* found a negative number/],
    [{ modelList: [entry('a', 'x', { cooldownTime: 'x' })] }, /litellm_params\.cooldown_time: .* found a string/],
    [{ modelList: [entry('a', 'x', { numRetries: 'x' })] }, /litellm_params\.num_retries: .* found a string/],
    [{ modelList: [entry('a', 'x', { order: Number.NaN })] }, /modelList\[0\] .* NaN as order/],
    [
      { modelList: [entry('a', 'x', { maxBudgt: 1 })] },
      /litellm_params\.maxBudgt: no setting has this name, max_budget has/,
    ],
    [{ modelList: [entry('a', 'x', { rpmm: 1 })] }, /litellm_params\.rpmm: no setting has this name, rpm has/],
    [{ modelList: [entry('a', 'x')], defaultLitellmParams: { maxParalelRequests: 1 } }, /max_parallel_requests has/],
    [null, /Router takes one object of options; got null/],
  ])('a slip is named: %j', (options, text) => {
    expect(refusal(options).message).toMatch(text);
    expect(refusal(options).code).toBe('bad_request');
  });

  it.each([
    ...['maxBudget', 'budgetDuration', 'itpm', 'otpm', 'defaultApiKeyRpmLimit', 'default_api_key_tpm_limit'].map(
      (name) => ({
        modelList: [entry('a', 'x', { [name]: 1 })],
      }),
    ),
    { modelList: [entry('a', 'x')], defaultLitellmParams: { maxBudget: 1 } },
    { modelList: [entry('a', 'x', { maxBudget: 1 })], ignoreInvalidDeployments: true },
    { providerBudgetConfig: { openai: { budgetLimit: 1 } } },
    { tagBudgetConfig: { prod: { maxBudget: 1 } } },
  ])('a limit that is not there yet is not ignored: %j', (options) => {
    expect(refusal(options)).toMatchObject({
      code: 'not_implemented',
      message: expect.stringMatching(/not there yet/),
    });
  });

  it.each<[object, RegExp]>([
    [{ fallbacks: [{ a: [{ modl: 'b' }] }] }, /Unknown member of a fallback: modl\. Did you mean model\?/],
    [{ fallbacks: [{ a: [{ modelName: 'b' }] }] }, /Unknown member of a fallback: modelName\./],
    [{ enableTagFiltering: 'True' }, /enableTagFiltering has to be true or false; got a string/],
    [{ enableTagFiltering: 1 }, /has to be true or false; got a number/],
    [{ routingStrategy: 'foo' }, /Unknown routing strategy: foo\.$/],
  ])('what a file may say, or is only told of, is an error here: %j', (options, text) => {
    expect(refusal(options).message).toMatch(text);
  });

  it.each<[object, RegExp]>([
    [{ fallbacks: 'ok' }, /completion: fallbacks has to be a list of entries, .*; got a string/],
    [{ fallbacks: [3] }, /fallbacks\[0\] has to be one model group with its fallbacks; got a number/],
    [{ fallbacks: [['ok']] }, /fallbacks\[0\] has to be .*; got an array/],
    [{ fallbacks: ['ok', 3] }, /fallbacks\[1\] has to be the name of a model, or a mapping with `model`; got a number/],
    [{ fallbacks: [{ model: 'ok' }, { modl: 'ok' }] }, /fallbacks\[1\] has to be/],
    [{ fallbacks: { ok: ['ok'] } }, /fallbacks has to be a list/],
    [{ contextWindowFallbacks: 'ok' }, /context_window_fallbacks has to be a list/],
    [{ contentPolicyFallbacks: ['ok'] }, /content_policy_fallbacks\[0\]/],
    [{ modelGroupRetryPolicy: { a: { Oops: 1 } } }, /Unknown kind of error: Oops/],
    [{ numRetries: -1 }, /`num_retries` has to be a number, 0 or more; got a negative number/],
    [{ timeout: -1 }, /`timeout` .* got a negative number/],
  ])('of one call are held to the same rules: %j', async (own, text) => {
    const router = create({ modelList: [entry('a', 'x')] });
    const error = await errorOf(router.completion({ model: 'a', messages, ...own }));
    expect(error).toMatchObject({ code: 'bad_request', message: expect.stringMatching(text) });
  });

  it('of one call may be null, names, parameters, and entries of groups', async () => {
    const router = create({ modelList: [entry('a', 'x')] });
    const lists = [null, ['a'], ['a', { model: 'a', apiKey: 'k' }], [{ a: ['a'] }, { '*': 'a' }], []];
    for (const fallbacks of lists)
      await expect(router.completion({ model: 'a', messages, fallbacks } as never)).resolves.toHaveProperty('choices');
    await router.close();
  });

  it('a limit that is not set is none, and defaults may be spelled in either way', () => {
    const params = { maxBudget: null, itpm: undefined };
    const router = create({ modelList: [entry('a', 'x', params)], defaultLitellmParams: { maxParallelRequests: 3 } });
    expect(router.getModelList()[0]?.litellmParams).toMatchObject({ max_parallel_requests: 3 });
    expect(() => router.addDeployment(entry('b', 'y', { maxBudget: 1 }))).toThrow(/maxBudget is not there yet/);
  });

  it.each(WRONG_FOR_ALL)('%s: %j is refused as in a file', (name, value, said) => {
    expect(refusal({ [name]: value }).message).toMatch(said);
    expect(refusal({ [camelCase(name)]: value }).code).toBe('bad_request');
  });

  it.each(RIGHT_FOR_ALL)('%s: %j is taken as in a file', (name, value) => {
    expect(() => create({ [name]: value })).not.toThrow();
  });

  it('of LiteLLM that are not there yet are never ignored', () => {
    expect(refusal({ redisHost: 'localhost' })).toMatchObject({ code: 'not_implemented', status: 501 });
    expect(() => create({ cacheResponses: false, redisUrl: null, setVerbose: true })).not.toThrow();
  });

  it('kinds of errors may begin with a small letter', () => {
    const { retryPolicy } = create({ retryPolicy: { rateLimitErrorRetries: 7 } }).getSettings();
    expect(retryPolicy).toEqual({ RateLimitErrorRetries: 7 });
  });
});

describe('deployments', () => {
  it('take variables, defaults and spellings as the gateway does', () => {
    const router = create(
      {
        modelList: [{ model_name: 'a', litellm_params: { model: 'openai/x', apiKey: 'os.environ/KEY', rpm: '12' } }],
        defaultLitellmParams: { timeout: 7 },
      },
      { KEY: 'sk-of-the-environment' },
    );
    const [deployment] = router.getModelList();
    expect(deployment?.litellmParams).toEqual({
      model: 'openai/x',
      api_key: 'sk-of-the-environment',
      rpm: 12,
      timeout: 7,
    });
    expect(deployment?.modelInfo.id).toMatch(/^[0-9a-f]{64}$/);
  });

  it('that are wrong are left out on demand', () => {
    const modelList = [entry('a', 'x', { rpm: 'many' }), entry('b', 'y')];
    expect(create({ modelList, ignoreInvalidDeployments: true }).getModelNames()).toEqual(['b']);
  });

  it('come, change and go', () => {
    const router = create({
      modelList: [entry('a', 'x')],
      modelGroupAlias: { z: 'a', q: { model: 'a', hidden: true } },
    });
    expect(router.getModelNames()).toEqual(['a', 'z']);
    expect(router.addDeployment(entry('b', 'y'))?.modelName).toBe('b');
    expect(router.addDeployment(entry('b', 'y'))).toBeNull();
    expect(router.upsertDeployment(entry('b', 'y'))).toBeNull();
    expect(router.upsertDeployment(entry('b', 'y', { rpm: 3 }))?.litellmParams['rpm']).toBe(3);
    expect(router.getDeployment('y')?.litellmParams['rpm']).toBe(3);
    expect(router.getModelList('z').map(({ modelInfo }) => modelInfo.id)).toEqual(['x']);
    expect(router.deleteDeployment('x')?.modelName).toBe('a');
    expect(router.deleteDeployment('x')).toBeNull();
    expect(router.getModelList().map(({ modelInfo }) => modelInfo.id)).toEqual(['y']);
    router.setModelList([entry('c', 'w')]);
    expect(router.getModelNames()).toEqual(['c', 'z']);
    expect(() => router.setModelList([{ modelName: 'd' } as never])).toThrow(/litellm_params/);
    expect(router.getModelNames()).toEqual(['c', 'z']);
  });

  it('are told before they are called, or why there is none', () => {
    const router = create({ modelList: [entry('a', 'x')] });
    expect(router.getAvailableDeployment({ model: 'a' }).modelInfo.id).toBe('x');
    expect(() => router.getAvailableDeployment({ model: 'b' })).toThrow(/You passed in model=b/);
    expect(router.getState()[0]).toMatchObject({ inFlight: 0, requestsThisMinute: 0 });
  });

  it('with too small a window are left out by pre-call checks', async () => {
    const modelList = [
      { ...entry('a', 'small'), modelInfo: { id: 'small', maxInputTokens: 5 } },
      { ...entry('a', 'large'), modelInfo: { id: 'large', maxInputTokens: 5000 } },
    ];
    const router = create({ modelList, enablePreCallChecks: true });
    for (let call = 0; call < 8; call++)
      expect((await router.completion({ model: 'a', messages }))._hidden_params.model_id).toBe('large');
    router.deleteDeployment('large');
    expect(await errorOf(router.completion({ model: 'a', messages }))).toMatchObject({
      code: 'context_window_exceeded',
    });
  });
});

describe('settings', () => {
  it('change for calls that begin later; a wrong one changes nothing', () => {
    const router = create({ modelList: [entry('a', 'x')], numRetries: 1 });
    router.updateSettings({ numRetries: 5, fallbacks: [{ a: ['b'] }] });
    expect(router.getSettings()).toMatchObject({ numRetries: 5, fallbacks: [{ a: ['b'] }] });
    expect(() => router.updateSettings({ numRetry: 2 } as never)).toThrow(/numRetries/);
    expect(router.getSettings().numRetries).toBe(5);
  });

  it('reset forgets what was seen, and the retry policy', async () => {
    const router = create({ modelList: [entry('a', 'x')], retryPolicy: { DefaultRetries: 2 } });
    await router.completion({ model: 'a', messages });
    expect(router.getState()[0]?.successes).toBe(1);
    router.reset();
    expect(router.getState()[0]?.successes).toBe(0);
    expect(router.getSettings().retryPolicy).toBeUndefined();
  });

  it('resolve fallback parameters in either spelling', () => {
    const router = create({ fallbacks: [{ a: [{ model: 'b', apiKey: 'k' }] }] });
    expect(router.getSettings().fallbacks).toEqual([{ a: [{ model: 'b', api_key: 'k' }] }]);
  });
});

it('a call that runs keeps the deployments that it began with', async () => {
  const router = create({ modelList: [{ modelName: 'a', litellmParams: { model: 'simulated/slow-30ms' } }] });
  const answer = router.completion({ model: 'a', messages });
  await Promise.resolve();
  router.setModelList([]);
  expect((await answer)._hidden_params.model_group).toBe('a');
});
