import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../protocol/json.ts';
import type { ParamPolicy } from './contract.ts';
import { NO_FACTS } from './model-facts.ts';
import { compileTarget } from './target.ts';

function policy(params: JsonObject, dropParams = false): ParamPolicy {
  const made = compileTarget({
    model: params['model'] as string,
    params: { api_key: 'k', api_base: 'https://api.openai.com/v1', ...params },
    family: 'chat',
    env: new Map(),
    settings: { dropParams, modifyParams: false },
    modelFacts: NO_FACTS,
  });
  if ('notNative' in made) throw new Error(made.notNative);
  return made.params;
}

const plain = policy({ model: 'openai/gpt-4o' });
const MESSAGES = [{ role: 'user', content: 'hi' }];
const rewrite = (made: ParamPolicy, body: JsonObject, dropParams: boolean | null = null): JsonObject =>
  made.rewrite({ messages: MESSAGES, ...body }, { stream: false, dropParams });

describe('the fast path of an ordinary deployment', () => {
  it('is open, and keeps or drops everything that ordinary requests hold', () => {
    expect(plain.alwaysSlow).toBe(false);
    for (const key of [
      'messages',
      'temperature',
      'tools',
      'tool_choice',
      'max_tokens',
      'user',
      'n',
      'seed',
      'response_format',
      'top_k',
    ])
      expect(plain.verdict(key, 'string')).toBe('keep');
    for (const key of [
      'metadata',
      'tags',
      'num_retries',
      'timeout',
      'fallbacks',
      'mock_response',
      'input_cost_per_token',
      'no-log',
    ])
      expect(plain.verdict(key, 'string')).toBe('drop');
    expect(plain.verdict('temperature', 'null')).toBe('drop');
    expect(plain.needsRewrite?.('messages', [Buffer.from(JSON.stringify(MESSAGES))])).toBe(false);
  });

  it('is left for whatever would come out differently', () => {
    for (const key of [
      'reasoning_effort',
      'thinking',
      'verbosity',
      'extra_body',
      'additional_drop_params',
      'drop_params',
    ])
      expect(plain.verdict(key, 'object')).toBe('slow');
    const messages = (value: unknown): boolean | undefined =>
      plain.needsRewrite?.('messages', [Buffer.from(JSON.stringify(value))]);
    expect(messages([{ role: 'developer', content: 'x' }])).toBe(true);
    expect(messages([{ role: 'user', content: [{ type: 'image_url', image_url: 'data:' }] }])).toBe(true);
    expect(messages([{ role: 'user', content: 'x', cache_control: { type: 'ephemeral' } }])).toBe(true);
    expect(plain.needsRewrite?.('stop', [Buffer.from('["a","b","c","d","e"]')])).toBe(true);
  });

  it('agrees with the slow path on everything it keeps or drops', () => {
    const body = {
      temperature: 0.5,
      top_k: 3,
      metadata: { a: 1 },
      tags: ['x'],
      user: 'u',
      seed: null,
      frob: { x: [1] },
    };
    const fast = Object.fromEntries(
      Object.entries(body).filter(([key, value]) => plain.verdict(key, value === null ? 'null' : 'object') === 'keep'),
    );
    expect(rewrite(plain, body)).toEqual({ messages: MESSAGES, model: 'gpt-4o', ...fast });
  });
});

describe('rewriting', () => {
  it('lays the request over the defaults and puts the deployment tools first', () => {
    const made = policy({
      model: 'openai/gpt-4o',
      temperature: 0.25,
      seed: 5,
      tools: [{ a: 1 }],
      extra_body: { x: 1 },
    });
    expect(made.alwaysSlow).toBe(true);
    expect(rewrite(made, { temperature: 0.9, tools: [{ b: 2 }], extra_body: { y: 2 } })).toEqual({
      messages: MESSAGES,
      model: 'gpt-4o',
      temperature: 0.9,
      seed: 5,
      tools: [{ a: 1 }, { b: 2 }],
      x: 1,
      y: 2,
    });
  });

  it('refuses what the model does not take, or drops it when told so anywhere', () => {
    const body = { reasoning_effort: 'low' };
    expect(() => rewrite(plain, body)).toThrow(/openai does not support parameters: \['reasoning_effort'\]/);
    const dropped = { messages: MESSAGES, model: 'gpt-4o' };
    expect(rewrite(plain, body, true)).toEqual(dropped);
    expect(rewrite(policy({ model: 'openai/gpt-4o', drop_params: 'true' }), body)).toEqual(dropped);
    expect(rewrite(policy({ model: 'openai/gpt-4o' }, true), body)).toEqual(dropped);
    expect(rewrite(plain, { ...body, allowed_openai_params: ['reasoning_effort'] })).toMatchObject(body);
  });

  it('renames the limit of reasoning models and refuses their temperature', () => {
    const made = policy({ model: 'openai/o3-mini' });
    expect(rewrite(made, { max_tokens: 40 })).toMatchObject({ max_completion_tokens: 40 });
    expect(() => rewrite(made, { temperature: 0.2 })).toThrow(/temperature=0.2/);
  });

  it('drops by name and by path', () => {
    const made = policy({ model: 'openai/gpt-4o', additional_drop_params: ['seed', 'tools[*].function.strict'] });
    expect(rewrite(made, { seed: 1, tools: [{ function: { name: 'f', strict: true } }] })).toEqual({
      messages: MESSAGES,
      model: 'gpt-4o',
      tools: [{ function: { name: 'f' } }],
    });
  });
});
