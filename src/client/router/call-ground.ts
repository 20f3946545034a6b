/**
 * What a call stands on while it runs: who is asked and what follows, and what is known of them. A router's set-up is
 * one; calls without a router stand on another. Types only.
 */
import type { Deployment } from '../../config/snapshot.ts';
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { Attempt, AttemptFailure, AttemptSuccess, Decision } from '../../router/contract.ts';
import type { RoutingPolicy } from '../../router/routing-policy.ts';
import type { ModelKnowledge } from '../model-knowledge.ts';
import type { ReadCall } from './read-call.ts';

/** One call's way through attempts; `RoutedCall` is one, and says more of each. */
export interface CallCourse {
  /** Under way, or null. */
  readonly attempt: Attempt | null;
  /** An answer that the provider's filter emptied counts as failed. */
  readonly contentFilterFails: boolean;
  next(): Decision;
  succeeded(success: AttemptSuccess): unknown;
  failed(failure: AttemptFailure, seconds: number): Decision;
  failedForGood(failure: AttemptFailure, seconds: number): void;
  refused(error: GatewayError): Decision;
  abandoned(): void;
}

export interface CallGround {
  readonly knowledge: ModelKnowledge;
  readonly policy: Pick<RoutingPolicy, 'dropParams' | 'timeoutSeconds' | 'streamTimeoutSeconds'>;
  /** What a call may set in a deployment's place. */
  readonly ownParameters: readonly string[];
  course(call: ReadCall): CallCourse;
  deploymentOf(attempt: Attempt): Deployment;
}
