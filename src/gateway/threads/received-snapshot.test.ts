import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import type { JsonObject } from '../../config/snapshot.ts';
import { receivedSnapshot } from './received-snapshot.ts';

const FILE = `
model_list:
  - model_name: gpt
    litellm_params: &params
      model: openai/gpt-4o
      api_key: os.environ/KEY
      extra_headers: {__proto__: {polluted: true}, constructor: x}
      timeout: .inf
      guardrails: [g]
      tags: [a, b]
      nested: [a, [b, {c: null}]]
    model_info: {id: one, 1: integer, when: 2024-10-21}
  - model_name: '*'
    litellm_params: *params
router_settings:
  model_group_alias: {short: gpt, secret: {model: gpt, hidden: true}}
  retry_policy: {TimeoutErrorRetries: 2}
general_settings: {master_key: sk-1234, unknown_setting: [1, {a: 2}]}
litellm_settings: {drop_params: true, callbacks: [unknown_callback]}
environment_variables: {COLOUR: red}
`;

/** Values with their prototypes, frozen or not, and which objects are one. */
function anatomy(value: unknown, seen = new Map<unknown, number>()): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return `the object ${known}`;
  seen.set(value, seen.size);
  const entries: readonly (readonly [unknown, unknown])[] =
    value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value);
  return {
    prototype: (Object.getPrototypeOf(value) as { constructor: { name: string } } | null)?.constructor.name ?? null,
    frozen: Object.isFrozen(value),
    entries: entries.map(([key, part]) => [key, anatomy(part, seen)]),
  };
}

describe('a snapshot from another thread', () => {
  it('is in every part what it was, to prototypes and shared objects', () => {
    const snapshot = loadConfig({ text: FILE, env: new Map([['KEY', 'sk-provider']]) });
    expect(snapshot.deployments).toHaveLength(2);
    expect(snapshot.findings.length).toBeGreaterThan(0);
    const before = anatomy(snapshot);
    const received = receivedSnapshot(structuredClone(snapshot));
    expect(anatomy(received)).toEqual(before);
  });

  it('has no name that the file has not', () => {
    const received = receivedSnapshot(structuredClone(loadConfig({ text: FILE, env: new Map([['KEY', 'x']]) })));
    const params: JsonObject = received.deployments[0]?.params ?? {};
    expect(params['toString']).toBeUndefined();
    expect(Object.keys(params['extra_headers'] as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
