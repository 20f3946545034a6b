import { describe, expect, it } from 'vitest';
import { ModelIndex, type Resolution, type Unresolved } from './model-index.ts';
import { unresolvedModelError } from './unresolved-error.ts';
import { errorBody } from '../errors/error-body.ts';
import type { Deployment, ModelAlias } from '../config/snapshot.ts';
import type { JsonObject } from '../protocol/json.ts';

function deployment(id: string, modelName: string, model: string, modelInfo: JsonObject = {}): Deployment {
  return { id, modelName, model, params: { model }, modelInfo: { id, ...modelInfo } };
}

class CountingCache extends Map<string, Resolution | Unresolved> {
  hits = 0;
  override get(key: string): Resolution | Unresolved | undefined {
    const value = super.get(key);
    if (value !== undefined) this.hits++;
    return value;
  }
}

function index(deployments: Deployment[], extra: { aliases?: [string, ModelAlias][]; defaultFallback?: string } = {}) {
  const cache = new CountingCache();
  const models = new ModelIndex({
    deployments,
    aliases: new Map(extra.aliases ?? []),
    providerOf: (model) => (model.startsWith('gpt') ? 'openai' : null),
    defaultFallback: extra.defaultFallback ?? null,
    cache,
  });
  return { models, cache };
}

const brief = (found: Resolution | Unresolved) =>
  'unresolved' in found
    ? found.unresolved
    : `${found.kind} ${found.group}: ${found.candidates.map((one) => `${one.deployment.id}=${one.model}`).join(' ')}`;

describe('ModelIndex.resolve', () => {
  const plainGroup = [
    deployment('d1', 'gpt', 'openai/gpt-4o'),
    deployment('d2', 'gpt', 'azure/x'),
    deployment('d3', 'other', 'openai/o'),
    deployment('d4', 'same', 'openai/s'),
    deployment('same', 'same', 'openai/t'),
  ];
  const wild = [
    deployment('w1', 'openai/*', 'openai/*'),
    deployment('w2', 'openai/gpt-*', 'azure/gpt-*'),
    deployment('w3', 'team-*-x', 'openai/*'),
  ];

  it.each([
    ['gpt', 'group gpt: d1=openai/gpt-4o d2=azure/x'],
    ['d2', 'id gpt: d2=azure/x'],
    ['azure/x', 'provider-model azure/x: d2=azure/x'],
    ['alias', 'group other: d3=openai/o'],
    ['hidden', 'group gpt: d1=openai/gpt-4o d2=azure/x'],
    ['same', 'group same: d4=openai/s same=openai/t'],
    ['nope', 'unknown-plain'],
    ['__proto__', 'unknown-plain'],
    ['dangling', 'unknown'],
  ])('without wildcards: %s', (name, expected) => {
    const aliases: [string, ModelAlias][] = [
      ['alias', { model: 'other', hidden: false }],
      ['hidden', { model: 'gpt', hidden: true }],
      ['dangling', { model: 'gone', hidden: false }],
    ];
    expect(brief(index(plainGroup, { aliases }).models.resolve(name))).toBe(expected);
  });

  it.each([
    ['openai/o3', 'wildcard openai/o3: w1=openai/o3'],
    ['openai/gpt-9', 'wildcard openai/gpt-9: w2=azure/gpt-9'],
    ['gpt-9', 'wildcard gpt-9: w2=azure/gpt-9'],
    ['team-a-x', 'wildcard team-a-x: w3=openai/a'],
    ['gpt', 'group gpt: d1=openai/gpt-4o d2=azure/x'],
    ['openai/*', 'group openai/*: w1=openai/*'],
    ['nope', 'unknown'],
  ])('with wildcards: %s', (name, expected) => {
    expect(brief(index([...plainGroup, ...wild]).models.resolve(name))).toBe(expected);
  });

  it('answers plain names without the cache and wildcard names from it the second time', () => {
    const { models, cache } = index([...plainGroup, ...wild]);
    models.resolve('gpt');
    expect(cache.size).toBe(0);
    const first = models.resolve('openai/o3');
    expect(models.resolve('openai/o3')).toBe(first);
    expect(cache.hits).toBe(1);
  });

  it('never remembers long names', () => {
    const { models, cache } = index(wild);
    expect(brief(models.resolve(`openai/${'x'.repeat(300)}`))).toContain('wildcard');
    expect(cache.size).toBe(0);
  });

  it('leaves paused deployments out', () => {
    const { models } = index([
      deployment('a', 'm', 'openai/a', { blocked: true }),
      deployment('b', 'm', 'openai/b'),
      deployment('c', 'n', 'openai/c', { blocked: true }),
    ]);
    expect(brief(models.resolve('m'))).toBe('group m: b=openai/b');
    expect(brief(models.resolve('n'))).toBe('blocked');
  });

  it('uses the "*" fallback only where LiteLLM lets unknown names through', () => {
    expect(brief(index(plainGroup, { defaultFallback: 'gpt' }).models.resolve('nope'))).toBe('unknown-plain');
    expect(brief(index([...plainGroup, ...wild], { defaultFallback: 'gpt' }).models.resolve('nope'))).toContain(
      'default-fallback gpt',
    );
  });
});

describe('unresolvedModelError', () => {
  const body = (unresolved: Unresolved, requested: string | null, alwaysRouter = false) =>
    JSON.parse(
      errorBody(unresolvedModelError(unresolved, { routeName: '/chat/completions', requested, alwaysRouter })),
    ) as unknown;

  it('has the proxy text without wildcard routes', () => {
    const text =
      '/chat/completions: Invalid model name passed in model=nope. Call `/v1/models` to view available models for your key.';
    expect(body({ unresolved: 'unknown-plain', group: 'nope' }, 'nope')).toEqual({
      error: {
        message: text,
        type: 'invalid_request_error',
        param: null,
        code: '400',
        provider_specific_fields: { error: text },
      },
    });
  });

  it('has the router text with wildcard routes', () => {
    const message =
      'litellm.BadRequestError: You passed in model=nope. There are no healthy deployments for this model. Received Model Group=nope\nAvailable Model Group Fallbacks=None';
    expect(body({ unresolved: 'unknown', group: 'nope' }, 'nope')).toEqual({
      error: { message, type: 'invalid_request_error', param: null, code: '400' },
    });
    expect(body({ unresolved: 'unknown-plain', group: 'nope' }, 'nope', true)).toMatchObject({ error: { message } });
  });

  it('has no group suffix when the request names no model', () => {
    const message =
      'litellm.BadRequestError: You passed in model=None. There are no healthy deployments for this model';
    expect(body({ unresolved: 'unknown', group: '' }, null)).toMatchObject({ error: { message } });
  });
});
