/**
 * Everything that only calls need: connections, the network under them, providers' parameter rules. Loaded at a router's
 * first call, so that importing the package stays cheap. One wheel serves every deadline; idle connections do not hold
 * the process open.
 */
import { TimerWheel } from '../../primitives/timer-wheel.ts';
import { UpstreamPools } from '../../pool/upstream-pools.ts';
import { createSimulatedTransport, SIMULATED_ORIGIN } from '../../providers/simulated/simulated-transport.ts';
import { CallIdSource } from '../../primitives/call-id.ts';
import type { TransportFactory } from '../../wire/contract.ts';
import { createUndiciTransport, DEFAULT_TRANSPORT_OPTIONS } from '../../wire/undici-transport.ts';
import type { ObservedCall } from '../callbacks/attempt-observer.ts';
import { CallCosts } from '../callbacks/call-costs.ts';
import type { CustomLogger } from '../callbacks/contract.ts';
import type { CallScope } from './call-scope.ts';
import type { ReadCall } from './read-call.ts';
import { type AnsweredCall, runCall } from './run-call.ts';
import type { CallGround } from './call-ground.ts';
import { Targets } from './targets.ts';
import type { RouterTools } from './tools.ts';

/** A program bounds its own calls; this only keeps an endless loop from filling the memory. */
const MOST_WAITING = 100_000;

export class CallEngine {
  readonly #tools: RouterTools;
  readonly #wheel: TimerWheel;
  readonly #pools: UpstreamPools;
  readonly #targets = new WeakMap<CallGround, Targets>();
  readonly #costs: CallCosts;
  readonly #callIds = new CallIdSource();
  readonly #failingLoggers = new WeakSet<CustomLogger>();
  readonly #onResponseId: (responseId: string, deploymentId: string) => void;

  /** @param onResponseId told of the id of every response, and which deployment holds it */
  constructor(tools: RouterTools, onResponseId: (responseId: string, deploymentId: string) => void) {
    const { monotonicMs, environment } = tools;
    this.#tools = tools;
    this.#costs = new CallCosts(tools);
    this.#onResponseId = onResponseId;
    this.#wheel = new TimerWheel({ now: monotonicMs });
    const verifyTls = environment.get('SSL_VERIFY')?.trim().toLowerCase() !== 'false';
    this.#pools = new UpstreamPools({
      transportFor: transports(tools),
      transportOptions: { ...DEFAULT_TRANSPORT_OPTIONS, maxWaiting: MOST_WAITING, verifyTls },
      wheel: this.#wheel,
      now: monotonicMs,
    });
  }

  /** @throws GatewayError when nothing helped; whatever the scope was aborted with */
  call(ground: CallGround, call: ReadCall, scope: CallScope): Promise<AnsweredCall> {
    return runCall({
      ground,
      targets: this.#targetsOf(ground),
      pools: this.#pools,
      wheel: this.#wheel,
      tools: this.#tools,
      call,
      scope,
      costs: this.#costs,
      observed: this.#observed(call),
      onResponseId: this.#onResponseId,
    });
  }

  #observed(call: ReadCall): ObservedCall | null {
    // LiteLLM's way to keep one call from all loggers.
    if (call.loggers.length === 0 || call.body['no-log'] === true) return null;
    const { now } = this.#tools;
    const given = call.body['litellm_call_id'];
    const callId = typeof given === 'string' ? given : this.#callIds.next();
    return { loggers: call.loggers, call, callId, now, failing: this.#failingLoggers };
  }

  /** Lets running calls end and closes every connection. */
  close(): Promise<void> {
    return this.#pools.close();
  }

  #targetsOf(ground: CallGround): Targets {
    let targets = this.#targets.get(ground);
    if (targets === undefined) {
      const { knowledge, policy } = ground;
      const { environment } = this.#tools;
      targets = new Targets({ environment, dropParams: policy.dropParams, modelFacts: knowledge.facts });
      this.#targets.set(ground, targets);
    }
    return targets;
  }
}

function transports({ now, transportFor }: RouterTools): TransportFactory {
  const simulated = createSimulatedTransport({ now });
  const overNetwork = transportFor ?? createUndiciTransport;
  return (origin, options) => (origin === SIMULATED_ORIGIN ? simulated(origin, options) : overNetwork(origin, options));
}
