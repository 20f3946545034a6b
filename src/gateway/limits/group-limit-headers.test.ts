import { describe, expect, test } from 'vitest';
import { deployment } from '../../../test/support/snapshot.ts';
import { DeploymentFactsTable } from '../../router/deployment-facts.ts';
import { MinuteUsage } from '../../router/minute-usage.ts';
import { compileGroupLimitHeaders, type AddGroupLimits } from './group-limit-headers.ts';

const NOON = 1_800_000_000_000 - (1_800_000_000_000 % 60_000);

function compiled() {
  const clock = { nowMs: NOON };
  const { rows } = new DeploymentFactsTable([
    deployment('a', 'both', { model: 'openai/gpt-4o', rpm: 2, tpm: 1000 }),
    deployment('b', 'both', { model: 'openai/gpt-4o' }, { rpm: 3 }),
    deployment('c', 'requests', { model: 'openai/gpt-4o', rpm: 1 }),
    deployment('d', 'none', { model: 'openai/gpt-4o' }),
  ]);
  const minutes = new MinuteUsage(new SharedArrayBuffer(MinuteUsage.bytes(rows.length)));
  const add = compileGroupLimitHeaders({ deployments: rows, minutes, now: () => clock.nowMs }) as AddGroupLimits;
  const of = (group: string, tokens = 0, before: string[] = []): string[] => {
    add(before, group, tokens);
    return before;
  };
  return { clock, minutes, of };
}

describe('limits of a model group in the answer', () => {
  test('add up over the deployments, less what the minute has used', () => {
    const { minutes, of } = compiled();
    minutes.addRequest(0, NOON);
    minutes.addTokens(0, 30, NOON);
    minutes.addRequest(1, NOON);
    // As recorded: tokens first, what is left before the limit.
    expect(of('both', 20).join(' ')).toBe(
      'x-ratelimit-remaining-tokens 950 x-ratelimit-limit-tokens 1000 ' +
        'x-ratelimit-remaining-requests 3 x-ratelimit-limit-requests 5',
    );
  });

  test('only what is limited is told, and nothing of a group without limits', () => {
    const { of } = compiled();
    expect(of('requests')).toEqual(['x-ratelimit-remaining-requests', '1', 'x-ratelimit-limit-requests', '1']);
    expect([of('none'), of('unknown')]).toEqual([[], []]);
  });

  test('a new minute has all of it again; a minute that was passed says by how much', () => {
    const { clock, minutes, of } = compiled();
    for (let call = 0; call < 3; call++) minutes.addRequest(2, NOON);
    expect(of('requests')).toContain('-2');
    clock.nowMs += 60_000;
    expect(of('requests')).not.toContain('-2');
  });

  test('what the provider says under the same name stays alone', () => {
    const { of } = compiled();
    const provider = ['x-ratelimit-limit-requests', '1000', 'x-ratelimit-remaining-requests', '999'];
    expect(of('requests', 0, [...provider])).toEqual(provider);
  });

  test('without any limit there is nothing to ask', () => {
    const { rows } = new DeploymentFactsTable([deployment('d', 'none', { model: 'openai/gpt-4o' })]);
    const minutes = new MinuteUsage(new SharedArrayBuffer(MinuteUsage.bytes(1)));
    expect(compileGroupLimitHeaders({ deployments: rows, minutes, now: () => 0 })).toBeNull();
  });
});
