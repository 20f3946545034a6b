import { describe, expect, test } from 'vitest';
import { AssembledGateway, COMPLETION, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import { deployment, snapshotWith, type SnapshotParts } from '../../../test/support/snapshot.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';
import { budgetMemoryName, budgetSettings, limitMemoryFor } from './limit-memory.ts';

/** Of `COMPLETION` at the prices of `AssembledGateway`: 3 · 2e-6 + 2 · 1e-5. */
const COST = 2.6e-5;

function answered(to: AssembledGateway, body: Readonly<Record<string, unknown>> = {}): FakeExchange {
  const before = to.upstream.calls.length;
  const exchange = to.chat(body);
  if (to.upstream.calls.length > before) to.upstream.calls.at(-1)?.answer(200, COMPLETION);
  return exchange;
}

function providerBudgets(to: AssembledGateway): FakeExchange {
  return to.request({ method: 'GET', target: '/provider/budgets' });
}

describe('a budget that is used up', () => {
  test('of the provider: no deployment of it is called any more, in the words of LiteLLM', () => {
    const to = new AssembledGateway({
      deployments: [openaiDeployment()],
      routerRaw: { provider_budget_config: { openai: { budget_limit: 1.5 * COST, time_period: '1d' } } },
    });
    // The budget is passed by the call that uses it up.
    expect([answered(to).status, answered(to).status]).toEqual([200, 200]);
    const refused = answered(to);
    expect([refused.status, to.upstream.calls.length]).toEqual([429, 2]);
    expect(refused.text).toContain(
      'No deployments available - crossed budget: Exceeded budget for provider openai: 5.2e-05 >= 3.9e-05',
    );
  });

  test('of a deployment: the others of its group go on', () => {
    const other = deployment('other', 'group', {
      model: 'openai/gpt-4o',
      api_base: 'http://b.test/v1',
      api_key: 'k',
      weight: 0,
    });
    const own = openaiDeployment({ max_budget: COST, budget_duration: '30d', weight: 1 });
    const to = new AssembledGateway({ deployments: [own, other] });
    expect([answered(to), answered(to), answered(to)].map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(to.upstream.calls.map(({ request }) => request.origin)).toEqual([
      'http://provider.test',
      'http://b.test',
      'http://b.test',
    ]);
  });

  test('of a tag: requests with it are refused, all others are not', () => {
    const to = new AssembledGateway({
      deployments: [openaiDeployment()],
      litellmRaw: { tag_budget_config: { batch: { max_budget: COST, budget_duration: '1h' } } },
    });
    const tagged = { metadata: { tags: ['batch', 'night'] } };
    expect([answered(to, tagged).status, answered(to, tagged).status, answered(to).status]).toEqual([200, 429, 200]);
    expect(answered(to, tagged).text).toContain("Exceeded budget for tag='batch', tag_spend=2.6e-05");
  });

  test('a budget of nothing allows nothing', () => {
    const to = new AssembledGateway({ deployments: [openaiDeployment({ max_budget: 0, budget_duration: '1d' })] });
    expect([answered(to).status, to.upstream.calls.length]).toEqual([429, 0]);
  });

  test('a failed call costs nothing', () => {
    const to = new AssembledGateway({
      deployments: [openaiDeployment()],
      routerRaw: { provider_budget_config: { openai: { budget_limit: 1, time_period: '1d' } } },
    });
    to.chat();
    to.upstream.calls.at(-1)?.answer(500, { error: { message: 'no' } });
    expect(providerBudgets(to).json).toMatchObject({ providers: { openai: { spend: 0 } } });
  });
});

describe('/provider/budgets', () => {
  test('tells limit, period, spend and when it ends', () => {
    const to = new AssembledGateway({
      deployments: [openaiDeployment()],
      routerRaw: {
        provider_budget_config: {
          openai: { budget_limit: 100, time_period: '30d' },
          azure: { max_budget: 5, budget_duration: '1d' },
        },
      },
    });
    answered(to);
    const { json } = providerBudgets(to) as FakeExchange & { readonly json: { readonly providers: unknown } };
    expect(json).toEqual({
      providers: {
        openai: { budget_limit: 100, time_period: '30d', spend: COST, budget_reset_at: expect.stringMatching(ISO) },
        azure: { budget_limit: 5, time_period: '1d', spend: 0, budget_reset_at: expect.stringMatching(ISO) },
      },
    });
  });

  test('without budgets it answers as LiteLLM does', () => {
    const { status, text } = providerBudgets(new AssembledGateway({ deployments: [openaiDeployment()] }));
    expect([status, text]).toEqual([500, expect.stringContaining('No provider budget config found.')]);
  });
});

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/;

test('spend lasts over a reload that changes a limit, or other budgets; another period is another budget', () => {
  const withBudgets = (config: NonNullable<SnapshotParts['routerRaw']>) =>
    snapshotWith({ deployments: [openaiDeployment()], routerRaw: { provider_budget_config: config } });
  const first = withBudgets({ openai: { budget_limit: 1, time_period: '1d' } });
  const memory = limitMemoryFor(first, null);
  const buffersOf = (next: typeof first, provider: number) => {
    const setting = budgetSettings(next)[provider];
    return setting === undefined ? undefined : limitMemoryFor(next, memory)[budgetMemoryName(setting)];
  };
  const before = memory[budgetMemoryName(budgetSettings(first)[0] as never)];
  const azure = { budget_limit: 1, time_period: '1d' };
  expect(buffersOf(withBudgets({ azure, openai: { budget_limit: 2, time_period: '1d' } }), 1)).toBe(before);
  expect(buffersOf(withBudgets({ openai: { budget_limit: 1, time_period: '1h' } }), 0)).not.toBe(before);
});
