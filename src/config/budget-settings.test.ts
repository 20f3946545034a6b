import { describe, expect, test } from 'vitest';
import { deployment } from '../../test/support/snapshot.ts';
import type { JsonObject } from '../protocol/json.ts';
import { parsePeriod, readBudgets, type BudgetSetting } from './budget-settings.ts';
import { loadConfig } from './load.ts';

const DAY_MS = 86_400_000;

function read(router: JsonObject, litellm: JsonObject = {}, params: JsonObject = {}): readonly BudgetSetting[] {
  const deployments = [deployment('d', 'gpt', { model: 'openai/gpt-4o', ...params })];
  return readBudgets({ router, litellm, deployments }, (key, problem) => {
    throw new Error(`${key}: ${problem}`);
  });
}

describe('readBudgets', () => {
  test('providers, deployments and tags, under either name of their members', () => {
    const router = { provider_budget_config: { openai: { budget_limit: 1e-12, time_period: '1d' } } };
    const litellm = { tag_budget_config: { team: { max_budget: '2.5', budget_duration: '1mo' } } };
    expect(read(router, litellm, { max_budget: 0 })).toEqual([
      { kind: 'provider', name: 'openai', limitUsd: 1e-12, period: { ms: DAY_MS }, duration: '1d' },
      { kind: 'deployment', name: 'd', limitUsd: 0, period: null, duration: null },
      { kind: 'tag', name: 'team', limitUsd: 2.5, period: { months: 1 }, duration: '1mo' },
    ]);
    expect(read({}, {}, { budget_duration: '1d' })).toEqual([]);
  });

  test.each([
    [{ provider_budget_config: [] }, 'router_settings.provider_budget_config: expected a mapping'],
    [{ provider_budget_config: { openai: null } }, 'provider_budget_config.openai: expected a mapping'],
    [{ provider_budget_config: { openai: { time_period: '1d' } } }, 'needs a number'],
    [{ provider_budget_config: { openai: { budget_limit: -1, time_period: '1d' } } }, 'needs a number'],
    [{ provider_budget_config: { openai: { budget_limit: 1, time_period: 'soon' } } }, 'period'],
    [{ provider_budget_config: { openai: { budget_limit: 1, time_period: 30 } } }, 'period'],
  ] as const)('%j is refused and not left out', (router, problem) => {
    expect(() => read(router)).toThrow(problem);
  });

  test.each([
    ['30s', { ms: 30_000 }],
    ['30m', { ms: 1_800_000 }],
    ['1h', { ms: 3_600_000 }],
    ['30d', { ms: 30 * DAY_MS }],
    ['2w', { ms: 14 * DAY_MS }],
    ['2mo', { months: 2 }],
    ['Daily', { ms: DAY_MS }],
    ['monthly', { ms: 30 * DAY_MS }],
    ['30days', { ms: 30 * DAY_MS }],
    ['30', null],
    ['0d', null],
    ['d', null],
    ['', null],
  ])('the period %j', (text, period) => {
    expect(parsePeriod(text)).toEqual(period);
  });

  test('a file with a budget that cannot be read is not loaded; its values are not shown', () => {
    const text = (duration: string): string =>
      `model_list: [{model_name: gpt, litellm_params: {model: openai/gpt-4o, api_key: sk-x, max_budget: 1, budget_duration: ${duration}}}]`;
    expect(loadConfig({ text: text('1d'), env: new Map() }).deployments).toHaveLength(1);
    const load = (): unknown => loadConfig({ text: text('canary'), env: new Map() });
    expect(load).toThrow('the period of the budget cannot be read');
    expect(load).not.toThrow('canary');
  });

  test.each([
    ['max_budget: -1', 'max_budget', 'a budget needs a number of US dollars, 0 or more'],
    ['max_budget: .nan', 'max_budget', 'a budget needs a number of US dollars, 0 or more'],
    ['max_budget: 1\n    budget_duration: canary', 'budget_duration', 'the period of the budget cannot be read'],
  ])('of a deployment is named with line, place and the names that it has there: %j', (lines, name, problem) => {
    const text = `model_list:\n- model_name: gpt\n  litellm_params:\n    model: openai/x\n    ${lines}\n`;
    const line = text.split('\n').findIndex((each) => each.includes(`${name}:`)) + 1;
    expect(() => loadConfig({ text, env: new Map() })).toThrow(
      `config:${line}: model_list[0].litellm_params.${name}: ${problem}. ` +
        'Write for instance max_budget: 100 and budget_duration: 30d (s, m, h, d, w or mo).',
    );
  });

  test('that is a switch is none: the deployment is left out, as with any limit that cannot be read', () => {
    const entry = (name: string, budget: string): string =>
      `- {model_name: ${name}, litellm_params: {model: openai/x, api_key: k${budget}}}\n`;
    const text = `model_list:\n${entry('a', '')}${entry('b', ', max_budget: true')}`;
    const { deployments, findings } = loadConfig({ text, env: new Map() });
    expect(deployments.map(({ modelName }) => modelName)).toEqual(['a']);
    expect(findings.filter(({ kind }) => kind === 'warning')).toEqual([
      expect.objectContaining({
        key: 'model_list[1].litellm_params.max_budget',
        note: 'expected a number of US dollars, found a boolean; the deployment is left out, so that no limit is lost (line 3)',
      }),
    ]);
  });

  test('of a provider is named with its line', () => {
    const text = 'model_list: []\nrouter_settings:\n  provider_budget_config:\n    openai: {budget_limit: true}\n';
    expect(() => loadConfig({ text, env: new Map() })).toThrow(
      /^config:4: router_settings\.provider_budget_config\.openai: /,
    );
  });
});
