import { GatewayError } from '../../errors/gateway-error.ts';
import type { Attempt } from '../../router/contract.ts';
import type { LlmPipeline } from './pipeline.ts';

/** Asks the limits of a deployment. @returns undefined: admitted; else why not, maybe later */
export function admitDeployment(
  { limits, state }: LlmPipeline,
  { deployment }: Attempt,
): undefined | GatewayError | Promise<GatewayError | null> {
  if (limits.deployments === null) return undefined;
  const configured = state.snapshot.deployments[deployment.slot];
  if (configured === undefined) return undefined;
  try {
    const later = limits.deployments.admit(configured);
    return later instanceof Promise ? later.then(() => null, refusalOf) : undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

/** A refusal stays what it is; anything else is a fault of ours, told where it was thrown. */
function refusalOf(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  throw error;
}
