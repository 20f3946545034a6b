import { describe, expect, it } from 'vitest';
import { deployment, snapshotWith } from '../../../test/support/snapshot.ts';
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { LatencySamples } from '../../router/latency-samples.ts';
import { routingPolicyOf } from '../routing/routing-policy-of.ts';
import {
  allocateCountingMemory,
  carryCountingMemory,
  deploymentStateOf,
  type Configuration,
} from './counting-memory.ts';

const NOW = 1_800_000_000_000;
const WHY = { status: 429, rule: 'rate-limited' } as const;

function snapshotOf(ids: readonly string[], samples?: number): ConfigSnapshot {
  return snapshotWith({
    deployments: ids.map((id) => deployment(id, 'group', { model: 'simulated/fast' })),
    routerRaw: samples === undefined ? {} : { routing_strategy_args: { max_latency_list_size: samples } },
  });
}

function configurationOf(snapshot: ConfigSnapshot, lanes = 2): Configuration {
  return { snapshot, memory: allocateCountingMemory(snapshot, lanes, {}) };
}

function latenciesOf({ snapshot, memory }: Configuration): LatencySamples {
  return new LatencySamples(snapshot.deployments.length, routingPolicyOf(snapshot).latency, memory.latencies);
}

/** After a while of serving: `b` is cooled down, has calls in flight and a known latency. */
function used(snapshot: ConfigSnapshot): Configuration {
  const configuration = configurationOf(snapshot);
  const state = deploymentStateOf(configuration);
  const slot = snapshot.deployments.findIndex(({ id }) => id === 'b');
  state.coolDown(slot, NOW, 60, WHY);
  state.started(slot, 1);
  latenciesOf(configuration).add(slot, 2.5, NOW);
  return configuration;
}

function next(previous: Configuration, snapshot: ConfigSnapshot): Configuration {
  return { snapshot, memory: carryCountingMemory(previous, snapshot, {}) };
}

describe('the memory of the next configuration', () => {
  it('is the same when the deployments are, so that calls in flight stay counted', () => {
    const before = used(snapshotOf(['a', 'b']));
    const after = next(before, snapshotOf(['a', 'b']));
    expect(after.memory.deployments).toBe(before.memory.deployments);
    expect(deploymentStateOf(after).inFlight(1)).toBe(1);
    deploymentStateOf(before).ended(1, 1);
    expect(deploymentStateOf(after).inFlight(1)).toBe(0);
  });

  it.each([
    ['one more', ['a', 'b', 'c'], 1],
    ['another order', ['b', 'a'], 0],
    ['one less', ['b'], 0],
  ])('has the rows of the deployments that stay, with %s', (_, ids, slot) => {
    const before = used(snapshotOf(['a', 'b']));
    const after = next(before, snapshotOf(ids));
    const state = deploymentStateOf(after);
    expect(after.memory.deployments).not.toBe(before.memory.deployments);
    expect([after.memory.lanes, state.isCooled(slot, NOW + 59_000), state.cooledStatus(slot)]).toEqual([2, true, 429]);
    expect([...latenciesOf(after).latencies(slot)]).toEqual([2.5]);
    expect(ids.filter((_id, other) => other !== slot && state.isCooled(other, NOW))).toEqual([]);
    expect(state.inFlight(slot)).toBe(0);
  });

  it('tells the deployments of one organisation list apart by their order', () => {
    const before = configurationOf(snapshotOf(['b', 'b', 'c']));
    deploymentStateOf(before).coolDown(1, NOW, 60, WHY);
    const state = deploymentStateOf(next(before, snapshotOf(['c', 'b', 'b', 'b'])));
    expect([0, 1, 2, 3].map((slot) => state.isCooled(slot, NOW))).toEqual([false, false, true, false]);
  });

  it('keeps the state but no latencies when another number of samples is kept', () => {
    const before = used(snapshotOf(['a', 'b']));
    const after = next(before, snapshotOf(['a', 'b'], 3));
    expect(deploymentStateOf(after).isCooled(1, NOW)).toBe(true);
    expect([...latenciesOf(after).latencies(1)]).toEqual([]);
  });

  it('is shared by threads that get a copy of the message it comes in', () => {
    const before = used(snapshotOf(['a', 'b']));
    const copy = structuredClone(before);
    deploymentStateOf(copy).started(1, 0);
    expect(deploymentStateOf(before).inFlight(1)).toBe(2);
    deploymentStateOf(before).dropLane(1);
    expect(deploymentStateOf(copy).inFlight(1)).toBe(1);
  });
});
