import { describe, expect, test } from 'vitest';
import { deployment } from '../../../test/support/snapshot.ts';
import type { NotNative, UpstreamTarget } from '../../providers/contract.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { createCompiledDeployments, type CompiledDeployments } from './compiled-deployments.ts';

const PLAIN = deployment('plain', 'group', { model: 'openai/gpt-4o' });
const WILD = deployment('wild', '*', { model: 'openai/*' });

function rig(changes: Partial<UpstreamTarget> | NotNative = {}): { compiled: CompiledDeployments; made: string[] } {
  const made: string[] = [];
  const target: UpstreamTarget = {
    provider: 'openai',
    model: 'gpt "4"',
    origin: 'http://p.test',
    path: '/',
    headers: ['authorization', 'Bearer sk-secret'],
    apiBase: 'http://p.test/v1',
    sendsModel: true,
    sendsStreamFalse: false,
    asksForStreamUsage: true,
    params: { alwaysSlow: false, verdict: () => 'keep', rewrite: (body) => body },
    errorHeaders: 'none',
  };
  const compile = (_one: unknown, model: string, family: string): UpstreamTarget | NotNative => {
    made.push(`${model} ${family}`);
    return 'notNative' in changes ? changes : { ...target, ...changes };
  };
  return { compiled: createCompiledDeployments(compile, '1.2.3'), made };
}

describe('createCompiledDeployments', () => {
  test('compiles a deployment once per family', () => {
    const { compiled, made } = rig();
    const first = compiled.target(PLAIN, PLAIN.model, 'chat');
    expect(compiled.target(PLAIN, PLAIN.model, 'chat')).toBe(first);
    expect(compiled.target(PLAIN, PLAIN.model, 'embeddings')).not.toBe(first);
    expect(made).toEqual(['openai/gpt-4o chat', 'openai/gpt-4o embeddings']);
  });

  test('keeps a bounded number of the names that clients fill into a wildcard', () => {
    const { compiled, made } = rig();
    compiled.target(WILD, 'openai/first', 'chat');
    compiled.target(WILD, 'openai/first', 'chat');
    expect(made).toHaveLength(1);
    for (let index = 0; index < 1024; index += 1) compiled.target(WILD, `openai/${index}`, 'chat');
    compiled.target(WILD, 'openai/first', 'chat');
    expect(made.filter((name) => name === 'openai/first chat')).toHaveLength(2);
  });

  test('keeps nothing of a deployment that is made for one call', () => {
    const { compiled, made } = rig();
    const { secret } = compiled.uncached(PLAIN, PLAIN.model, 'chat');
    compiled.uncached(PLAIN, PLAIN.model, 'chat');
    expect([made.length, secret]).toEqual([2, 'sk-secret']);
  });

  test('makes ready what every request needs', () => {
    const target = rig().compiled.target(PLAIN, PLAIN.model, 'chat');
    expect(target.modelJson.toString()).toBe('"gpt \\"4\\""');
    expect(target.jsonHeaders).toEqual(expect.arrayContaining(['authorization', 'content-type', 'accept-encoding']));
    expect(target.replyHeaders).toEqual(expect.arrayContaining(['x-litellm-model-id', 'plain', '1.2.3']));
    expect(target.replyHeaders).not.toContain('Bearer sk-secret');
  });

  test.each([
    [['api-key', 'k1'], 'k1'],
    [['x-api-key', 'k2'], 'k2'],
    [['x-other', 'k3'], ''],
  ])('knows the credential in %j', (headers, secret) => {
    expect(rig({ headers }).compiled.target(PLAIN, PLAIN.model, 'chat').secret).toBe(secret);
  });

  test('a deployment that is not native is refused each time with 501', () => {
    const { compiled } = rig({ notNative: 'It speaks another protocol.' });
    const ask = (): unknown => compiled.target(PLAIN, PLAIN.model, 'chat');
    expect(ask).toThrow(GatewayError);
    expect(ask).toThrow('It speaks another protocol.');
  });

  test('merges reasoning where the deployment asks for it and nothing else converts', () => {
    const asks: JsonObject = { model: 'openai/r', merge_reasoning_content_in_choices: true };
    const merges = deployment('m', 'group', asks);
    const target = rig().compiled.target(merges, merges.model, 'chat');
    const event = { choices: [{ delta: { reasoning_content: 'a' } }] };
    expect(target.convertEvent?.()(event)).toEqual({ choices: [{ delta: { content: '<think>a' } }] });
    expect(rig().compiled.target(PLAIN, PLAIN.model, 'chat').convertEvent).toBeUndefined();
    const own = (): (() => null) => () => null;
    expect(rig({ convertEvent: own }).compiled.target(merges, merges.model, 'chat').convertEvent).toBe(own);
  });
});
