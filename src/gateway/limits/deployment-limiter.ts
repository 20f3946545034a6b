/**
 * `enforce_model_rate_limits`: `rpm` and `tpm` of a deployment hold whatever the strategy. Requests are counted before the
 * call, tokens behind it, so that the call that passes a limit of tokens is still made (LiteLLM-compat).
 *
 * Counted over a sliding minute, where LiteLLM counts calendar minutes: no 60 seconds hold more than the limit, while there
 * two minutes can touch. Shared with other gateways, it is a window of 60 s that begins with its first request. Exact
 * across threads. Cost: one visit of a shared table per limit, no allocation.
 */
import type { Deployment } from '../../config/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { TableKey } from '../../primitives/table-key.ts';
import { REFUSED, type Counter } from '../../rate-limit/contract.ts';
import type { DeploymentLimiter } from './contract.ts';
import { deploymentRate } from './group-capacity.ts';

export interface DeploymentLimiterOptions {
  readonly deployments: readonly Deployment[];
  readonly requests: Counter;
  readonly tokens: Counter;
  /** Instead of `requests.take`, where other gateways have a part in the limit: what is left, or `REFUSED`. */
  readonly takeRequest?: (key: TableKey, limit: number) => number | Promise<number>;
  /** Unix milliseconds. */
  readonly now: () => number;
}

interface Limited {
  readonly rpm: number | null;
  readonly tpm: number | null;
  readonly requestsKey: TableKey;
  readonly tokensKey: TableKey;
}

/** Kinds of keys of their own: the counters may be those of callers too. */
const REQUESTS_KIND = 100;
const TOKENS_KIND = 101;

export function createDeploymentLimiter(options: DeploymentLimiterOptions): DeploymentLimiter {
  const { requests, tokens, now } = options;
  const takeRequest = options.takeRequest ?? ((key, limit) => requests.take(key, limit, 1, now()));
  const limited = new Map(
    options.deployments.flatMap((deployment) => {
      const row = limitsOf(deployment, options);
      return row === null ? [] : [[deployment.id, row] as const];
    }),
  );
  return {
    admit({ id }) {
      const row = limited.get(id);
      if (row === undefined) return;
      const at = now();
      if (row.tpm !== null && tokens.left(row.tokensKey, row.tpm, at) < 1)
        throw refusal('TPM', row.tpm, tokens.waitMs(row.tokensKey, row.tpm, 1, at));
      const { rpm, requestsKey } = row;
      if (rpm === null) return;
      const judge = (left: number): void => {
        if (left === REFUSED) throw refusal('RPM', rpm, requests.waitMs(requestsKey, rpm, 1, now()));
      };
      const left = takeRequest(requestsKey, rpm);
      return left instanceof Promise ? left.then(judge) : judge(left);
    },
    settle({ id }, totalTokens) {
      const row = limited.get(id);
      if (row === undefined || row.tpm === null || totalTokens <= 0) return;
      const at = now();
      tokens.adjust(row.tokensKey, totalTokens, { takenAt: at, limit: row.tpm, sameWindowOnly: false }, at);
    },
  };
}

function limitsOf(deployment: Deployment, { requests, tokens }: DeploymentLimiterOptions): Limited | null {
  const { id } = deployment;
  const rpm = deploymentRate(deployment, 'rpm');
  const tpm = deploymentRate(deployment, 'tpm');
  if (rpm === null && tpm === null) return null;
  return {
    rpm,
    tpm,
    requestsKey: new TableKey().fill(requests.seed, REQUESTS_KIND, id),
    tokensKey: new TableKey().fill(tokens.seed, TOKENS_KIND, id),
  };
}

/** A limit of nothing never has room: then the whole minute is told. */
function refusal(kind: 'RPM' | 'TPM', most: number, waitMs: number): GatewayError {
  return new GatewayError(
    'rate_limit',
    `litellm.RateLimitError: Model rate limit exceeded. ${kind} limit=${most}, current usage=${most}`,
    { retryAfterSeconds: most === 0 ? 60 : Math.min(60, Math.max(1, Math.ceil(waitMs / 1000))) },
  );
}
