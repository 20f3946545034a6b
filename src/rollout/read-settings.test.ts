import { describe, expect, it } from 'vitest';
import { testRollout } from '../../test/support/rollout.ts';
import type { JsonValue } from '../protocol/json.ts';
import { environmentVariableOf } from './component-name.ts';
import type { ComponentDefinition } from './contract.ts';
import { createRollout } from './create-rollout.ts';
import { DEFAULT_SETTINGS } from './default-settings.ts';
import { readSettings } from './read-settings.ts';
import { resolveSettings } from './resolve-settings.ts';
import { RolloutSettingsError } from './settings-error.ts';

const definition = (name: string): ComponentDefinition => ({
  name,
  replaces: 'x',
  sticky: ['key', 'user'],
  repeatable: 'always',
});

function resolved(name: string, block: JsonValue | undefined, environment: Record<string, string> = {}) {
  return resolveSettings(readSettings({ block, environment: new Map(Object.entries(environment)) }), definition(name));
}

function problemOf(block: JsonValue): string {
  try {
    readSettings({ block });
  } catch (error) {
    if (error instanceof RolloutSettingsError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('the acceleration block', () => {
  it('leaves every component on, with the defaults, where it says nothing', () => {
    expect(resolved('tokenizer', undefined)).toEqual({
      ...DEFAULT_SETTINGS,
      mode: { mode: 'on' },
      modeFrom: 'default',
      stickyBy: 'key',
    });
  });

  it('reads modes as texts, as booleans of YAML 1.1, and as mappings', () => {
    const block = {
      tokenizer: true,
      http_pool: false,
      wire: 'canary:2.5',
      router: { mode: 'canary', percent: 20 },
      completion: { mode: 'gradual', steps: [1, 50, 100], step_duration: '1h', started_at: '2026-01-31T12:00:00Z' },
    };
    expect(resolved('tokenizer', block).mode).toEqual({ mode: 'on' });
    expect(resolved('http_pool', block).mode).toEqual({ mode: 'off' });
    expect(resolved('wire', block).mode).toEqual({ mode: 'canary', percent: 2.5 });
    expect(resolved('router', block)).toMatchObject({
      mode: { mode: 'canary', percent: 20 },
      modeFrom: 'acceleration.router',
    });
    expect(resolved('completion', block).mode).toEqual({
      mode: 'gradual',
      percents: [1, 50, 100],
      stepMs: 3_600_000,
      startedAtMs: Date.UTC(2026, 0, 31, 12),
    });
  });

  it('reads every other setting', () => {
    const entry = {
      sticky: 'user',
      error_budget: { percent: 2, min_faults: 3, mismatches: 4, half_life: '5s' },
      latency_budget: { factor: 1.1, tail_factor: 2, min_samples: 30, half_life: '6s' },
      cool_off: { first: '7s', max: '8m', percent: 9, calls: 10 },
      shadow: { percent: 11, queue: 12, time_percent: 13 },
      verify: { first_calls: 0, percent: 14 },
      time_limit: '15s',
    };
    expect(resolved('tokenizer', { tokenizer: entry })).toEqual({
      mode: { mode: 'on' },
      modeFrom: 'default',
      stickyBy: 'user',
      errorBudget: { percent: 2, minFaults: 3, mismatches: 4, halfLifeMs: 5_000 },
      latencyBudget: { factor: 1.1, tailFactor: 2, minSamples: 30, halfLifeMs: 6_000 },
      coolOff: { firstMs: 7_000, maxMs: 480_000, percent: 9, calls: 10 },
      shadow: { percent: 11, queueLimit: 12, timePercent: 13 },
      verify: { firstCalls: 0, percent: 14 },
      timeLimitMs: 15_000,
    });
    expect(resolved('tokenizer', { tokenizer: { latency_budget: false, time_limit: false } })).toMatchObject({
      latencyBudget: null,
      timeLimitMs: null,
    });
  });

  it('lets a component begin with its kind, and that with the defaults', () => {
    const block = {
      'route:/v1/embeddings': { error_budget: { percent: 3 } },
      route: { mode: 'shadow', error_budget: { min_faults: 2 } },
      defaults: { mode: 'off', error_budget: { mismatches: 1 } },
    };
    expect(resolved('tokenizer', block)).toMatchObject({ mode: { mode: 'off' }, modeFrom: 'acceleration.defaults' });
    expect(resolved('route:/v1/models', block)).toMatchObject({
      mode: { mode: 'shadow' },
      modeFrom: 'acceleration.route',
      errorBudget: { percent: 1, minFaults: 2, mismatches: 1 },
    });
    expect(resolved('route:/v1/embeddings', block)).toMatchObject({
      mode: { mode: 'shadow' },
      errorBudget: { percent: 3, minFaults: 2, mismatches: 1 },
    });
  });

  it.each<[JsonValue, string]>([
    [{ tokenizer: 'sometimes' }, 'acceleration.tokenizer: not a mode. Write on, off, shadow, canary:10'],
    [{ tokenizer: { mode: 'canary' } }, 'acceleration.tokenizer.percent: missing. Say how many percent, e.g. 10.'],
    [
      { tokenizer: { mode: 'canary', percent: 200 } },
      'acceleration.tokenizer.percent: not a percentage from 0 to 100.',
    ],
    [{ tokenizer: { mode: 'on', percent: 20 } }, 'Write `mode: canary` with it, or remove it.'],
    [{ tokenizer: { percent: 20 } }, 'Write `mode: canary` with it, or remove it.'],
    [{ tokenizer: { mode: 'gradual', step_duration: '1m' } }, 'Write them as [1, 10, 50, 100].'],
    [{ tokenizer: { mode: 'gradual', steps: [50, 1], step_duration: '1m' } }, 'no rising percentages'],
    [{ tokenizer: { mode: 'gradual', steps: [1] } }, 'Say how long each step lasts, e.g. 10m.'],
    [{ tokenizer: { sticky: 'planet' } }, 'Write key, user, request, content, call.'],
    [{ tokenizer: { error_budget: { percents: 1 } } }, 'Its members are percent, min_faults, mismatches, half_life.'],
    [
      { tokenizer: { verify: { first_cals: 10 } } },
      'acceleration.tokenizer.verify: has a member first_cals, which means nothing here. Did you mean first_calls? Its',
    ],
    [
      { tokenizer: { colour: 'red' } },
      'acceleration.tokenizer: has a member colour, which means nothing here. Its mem',
    ],
    [{ tokenizer: { error_budget: 3 } }, 'acceleration.tokenizer.error_budget: not a mapping.'],
    [{ tokenizer: { error_budget: { min_faults: 0 } } }, 'not a whole number from 1'],
    [{ tokenizer: { latency_budget: { factor: 0.5 } } }, 'not a number from 1'],
    [{ tokenizer: { cool_off: { first: '1h', max: '1m' } } }, 'shorter than `first`'],
    [{ tokenizer: { cool_off: { percent: 0 } } }, 'Nothing would ever be tried again'],
    [{ tokenizer: { time_limit: 30 } }, 'Write one such as 500ms, 30s, 10m, 6h or 1d.'],
    [{ tokenizer: { mode: 'gradual', steps: [1], step_duration: '1m', started_at: 'now' } }, 'no instant'],
    [{ 'Tokenizer!': 'on' }, 'no name of a component'],
    [{ enabled: 'maybe' }, 'Write true or false.'],
    [7, 'acceleration: not a mapping.'],
  ])('refuses %j', (block, message) => {
    expect(problemOf(block)).toContain(message);
  });

  it('shows no value in an error', () => {
    expect(problemOf({ tokenizer: 'sk-secret', wire: { mode: 'sk-secret' } })).not.toContain('sk-secret');
    expect(problemOf({ tokenizer: { 'sk-secret': 1 } })).not.toContain('sk-secret');
  });
});

describe('the environment', () => {
  it.each([
    ['tokenizer', 'FAST_LITELLM_TOKENIZER'],
    ['http_pool', 'FAST_LITELLM_HTTP_POOL'],
    ['route:/v1/embeddings', 'FAST_LITELLM_ROUTE_V1_EMBEDDINGS'],
  ])('%s is set by %s', (name, variable) => {
    expect(environmentVariableOf(name)).toBe(variable);
    expect(resolved(name, undefined, { [variable]: 'shadow' })).toMatchObject({
      mode: { mode: 'shadow' },
      modeFrom: variable,
    });
  });

  it('wins over the block, keeps the rest of it, and speaks for a kind too', () => {
    const block = { tokenizer: { mode: 'on', error_budget: { percent: 7 } } };
    expect(resolved('tokenizer', block, { FAST_LITELLM_TOKENIZER: 'canary:1' })).toMatchObject({
      mode: { mode: 'canary', percent: 1 },
      errorBudget: { percent: 7 },
    });
    const kinds = { FAST_LITELLM_ROUTE: 'off', FAST_LITELLM_ROUTE_V1_MODELS: 'on' };
    expect(resolved('route:/v1/models', undefined, kinds).mode).toEqual({ mode: 'on' });
    expect(resolved('route:/v1/embeddings', undefined, kinds).mode).toEqual({ mode: 'off' });
  });

  it('an empty variable says nothing', () => {
    expect(resolved('tokenizer', undefined, { FAST_LITELLM_TOKENIZER: '', FAST_LITELLM: ' ' }).modeFrom).toBe(
      'default',
    );
  });

  it('refuses a value that is no mode when such a component is created, without showing it', () => {
    expect(() => testRollout({ environment: { FAST_LITELLM_TOKENIZER: 'sk-secret' } })).toThrow(
      /^FAST_LITELLM_TOKENIZER: not a mode\. Write on, off, shadow, canary:10 [^-]*$/,
    );
  });

  it('ignores variables that Kubernetes makes up for a service of our name', () => {
    const { rollout } = testRollout({
      environment: { FAST_LITELLM_PORT: 'tcp://10.0.0.1:4000', FAST_LITELLM_SERVICE_PORT: '4000' },
    });
    expect(rollout.report().unknown).toEqual([]);
  });

  it('lists names that no component has, but not reserved ones', () => {
    const environment = new Map([
      ['FAST_LITELLM_TOKENISER', 'on'],
      ['FAST_LITELLM_STYLE', 'off'],
      ['FAST_LITELLM_ROUTE', 'off'],
    ]);
    const settings = readSettings({
      block: { http_pol: 'on', 'route:/v1/models': 'on' },
      environment,
      reserved: new Set(['FAST_LITELLM_STYLE']),
    });
    const rollout = createRollout({ settings });
    rollout.component(definition('tokenizer'));
    rollout.component(definition('route:/v1/models'));
    expect(rollout.report().unknown).toEqual(['FAST_LITELLM_TOKENISER', 'http_pol']);
    rollout.close();
  });

  it.each(['off', 'OFF', 'false'])('FAST_LITELLM=%s switches everything off', (value) => {
    const { component } = testRollout({ block: { tokenizer: 'on' }, environment: { FAST_LITELLM: value } });
    expect(component.report()).toMatchObject({
      configured: 'on',
      state: 'off',
      percent: 0,
      why: 'everything is switched off by FAST_LITELLM',
    });
  });

  it('so do acceleration: off and enabled: false', () => {
    expect(readSettings({ block: 'off' }).switchedOffBy).toBe('acceleration.enabled');
    expect(readSettings({ block: false }).switchedOffBy).toBe('acceleration.enabled');
    expect(readSettings({ block: { enabled: false } }).switchedOffBy).toBe('acceleration.enabled');
    expect(readSettings({ block: 'on' }).switchedOffBy).toBeNull();
  });

  it('refuses a mode for everything', () => {
    expect(() => readSettings({ environment: new Map([['FAST_LITELLM', 'canary:10']]) })).toThrow(
      'FAST_LITELLM: neither on nor off. Write on or off; modes belong to one component',
    );
  });
});

describe('creating a component', () => {
  it('refuses a name that is none, is taken, or an identity that its calls have not', () => {
    const { rollout } = testRollout({ block: { other: { sticky: 'content' } } });
    expect(() => rollout.component(definition('No name'))).toThrow(TypeError);
    expect(() => rollout.component(definition('defaults'))).toThrow(TypeError);
    expect(() => rollout.component(definition('tokenizer'))).toThrow('there is a component tokenizer already');
    expect(() => rollout.component(definition('other'))).toThrow(
      'acceleration.other.sticky: calls of other have no such identity. Write key, user.',
    );
  });
});
