/**
 * The memory in which all threads of a gateway count for one configuration: state and latencies of its deployments, and
 * what callers have used of their limits. Structured-cloneable: the control thread allocates it and hands it to the
 * workers with the configuration; one thread is the same code.
 *
 * A reload keeps what was counted: with the same deployments in the same order it keeps the memory itself, calls in
 * flight included; else the rows of the deployments that both configurations have are copied into new memory, and calls
 * in flight stay counted where they began.
 */
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import type { LimiterState } from '../../rate-limit/contract.ts';
import { DeploymentState, type DeploymentMemory } from '../../router/deployment-state.ts';
import { LatencySamples } from '../../router/latency-samples.ts';
import { routingPolicyOf } from '../routing/routing-policy-of.ts';

export interface CountingMemory {
  /** Threads that count, each in a lane of its own where counts must be dropped with a thread. */
  readonly lanes: number;
  readonly deployments: DeploymentMemory;
  readonly latencies: SharedArrayBuffer;
  /** By name of the limiter (`src/gateway/limits`); kept over reloads while its settings stay. */
  readonly limits: Readonly<Record<string, LimiterState>>;
}

/** A configuration and where its requests are counted. */
export interface Configuration {
  readonly snapshot: ConfigSnapshot;
  readonly memory: CountingMemory;
}

/** Memory for a configuration. */
export function allocateCountingMemory(
  snapshot: ConfigSnapshot,
  lanes: number,
  limits: CountingMemory['limits'],
): CountingMemory {
  const count = snapshot.deployments.length;
  const { samples } = routingPolicyOf(snapshot).latency;
  return {
    lanes,
    deployments: DeploymentState.allocate(count, lanes, SharedArrayBuffer),
    latencies: new SharedArrayBuffer(LatencySamples.bytes(count, samples)),
    limits,
  };
}

/** Memory for the configuration that follows another one. */
export function carryCountingMemory(
  previous: Configuration,
  snapshot: ConfigSnapshot,
  limits: CountingMemory['limits'],
): CountingMemory {
  if (countsTheSame(previous.snapshot, snapshot)) return { ...previous.memory, limits };
  const memory = allocateCountingMemory(snapshot, previous.memory.lanes, limits);
  const [oldState, state] = [deploymentStateOf(previous), deploymentStateOf({ snapshot, memory })];
  const [oldLatencies, latencies] = [latenciesOf(previous), latenciesOf({ snapshot, memory })];
  const slots = slotsById(previous.snapshot);
  snapshot.deployments.forEach(({ id }, slot) => {
    const oldSlot = slots.get(id)?.shift();
    if (oldSlot === undefined) return;
    state.copyRow(oldState, oldSlot, slot);
    latencies.copyRow(oldLatencies, oldSlot, slot);
  });
  return memory;
}

/** The deployments' state in a configuration's memory. */
export function deploymentStateOf({ snapshot, memory }: Configuration): DeploymentState {
  const { lanes, deployments } = memory;
  return new DeploymentState({ deployments: snapshot.deployments.length, lanes, memory: deployments });
}

function latenciesOf({ snapshot, memory }: Configuration): LatencySamples {
  return new LatencySamples(snapshot.deployments.length, routingPolicyOf(snapshot).latency, memory.latencies);
}

function countsTheSame(previous: ConfigSnapshot, snapshot: ConfigSnapshot): boolean {
  return (
    previous.deployments.length === snapshot.deployments.length &&
    snapshot.deployments.every(({ id }, slot) => previous.deployments[slot]?.id === id) &&
    routingPolicyOf(previous).latency.samples === routingPolicyOf(snapshot).latency.samples
  );
}

/** Entries of one organisation list share their id; they are told apart by their order. */
function slotsById({ deployments }: ConfigSnapshot): Map<string, number[]> {
  const slots = new Map<string, number[]>();
  deployments.forEach(({ id }, slot) => {
    const known = slots.get(id);
    if (known === undefined) slots.set(id, [slot]);
    else known.push(slot);
  });
  return slots;
}
