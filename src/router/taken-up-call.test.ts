import { describe, expect, it } from 'vitest';
import { failure, testRouter } from '../../test/support/router.ts';
import type { AttemptFailure } from './contract.ts';
import type { RoutedCall } from './routed-call.ts';
import { routingRequest } from './routing-request.ts';

const g = routingRequest('g');
const down = (): AttemptFailure => failure('internal');

describe('an answer that broke off and may be taken up', () => {
  const two = [{ id: 'a' }, { id: 'b' }];
  const broke = (call: RoutedCall): string => {
    const decision = call.brokeOff(down(), 1);
    return decision.kind === 'attempt' ? decision.deployment.id : decision.kind;
  };
  const begun = (...args: Parameters<typeof testRouter>): { call: RoutedCall; first: string } => {
    const call = testRouter(...args).core.route(g);
    const decision = call.next();
    return { call, first: decision.kind === 'attempt' ? decision.deployment.id : decision.kind };
  };

  it('goes to the others of the group without waiting, then to its fallbacks, then nowhere', () => {
    const router = { num_retries: 5, fallbacks: [{ g: ['g2'] }] };
    const { call, first } = begun([...two, { id: 'c', group: 'g2' }], { router });
    expect([first, broke(call), broke(call)].sort()).toEqual(['a', 'b', 'c']);
    expect(call.failures).toHaveLength(2);
  });

  it('goes to the same deployment once more, after the pause of a retry, where there is no other way', () => {
    const { call } = begun([{ id: 'a' }], { router: { num_retries: 5 } });
    expect(call.brokeOff(down(), 1)).toEqual({ kind: 'sleep', seconds: 0.5 });
    expect(call.next()).toMatchObject({ kind: 'attempt', deployment: { id: 'a' } });
    expect(broke(call)).toBe('give-up');
  });

  it('takes no more of a group than its retries, and none where a request wants none', () => {
    expect(broke(begun(two).call)).toBe('give-up');
    expect(broke(begun([...two, { id: 'c', group: 'g2' }], { router: { fallbacks: [{ g: ['g2'] }] } }).call)).toBe('c');
    const { call } = begun([...two, { id: 'c' }], { router: { num_retries: 1 } });
    expect(['a', 'b', 'c']).toContain(broke(call));
    expect(broke(call)).toBe('give-up');
  });

  it('keeps to the attempt budget, also where a deployment is asked a second time', () => {
    const limited = (maxAttempts: number): RoutedCall =>
      begun(two, { router: { num_retries: 5 }, resilience: { maxAttempts } }).call;
    expect(broke(limited(1))).toBe('give-up');
    const call = limited(2);
    expect([call.mayRephrase(), call.mayRephrase()]).toEqual([true, false]);
    expect(broke(call)).toBe('give-up');
  });

  it('keeps to the retry budget', () => {
    const resilience = { retryBudgetRatio: 0, minRetriesPerSecond: 0 };
    const { call } = begun(two, { router: { num_retries: 5 }, resilience });
    expect([call.mayRephrase(), broke(call)]).toEqual([false, 'give-up']);
  });

  it('leaves a deployment with another answer alone, without blame', () => {
    const { core } = testRouter(two, { router: { num_retries: 5 } });
    const call = core.route(g);
    call.next();
    expect(call.differed(failure('api_connection').error)).toMatchObject({ kind: 'attempt' });
    expect(core.facts.rows.map(({ slot }) => core.state.fails(slot, core.now()))).toEqual([0, 0]);
    expect(call.differed(failure('api_connection').error)).toMatchObject({ kind: 'give-up' });
    expect(core.facts.rows.map(({ slot }) => core.state.inFlight(slot))).toEqual([0, 0]);
  });

  it('counts against its deployment', () => {
    const { core } = testRouter(two, { router: { num_retries: 5 } });
    const call = core.route(g);
    call.next();
    call.brokeOff(down(), 1);
    const fails = core.facts.rows.map(({ slot }) => core.state.fails(slot, core.now()));
    expect([...fails].sort()).toEqual([0, 1]);
  });
});
