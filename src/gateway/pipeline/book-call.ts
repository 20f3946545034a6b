import type { AdmittedRequest } from '../limits/contract.ts';
import { limitedUsage, usedTogether } from './limited-usage.ts';
import type { LlmPipeline, Settlement } from './pipeline.ts';

/** Writes a call that is over into everything that counts: the caller's limits, those of its deployments, the records. */
export function bookCall(pipeline: LlmPipeline, admitted: AdmittedRequest | null, end: Settlement): void {
  const last = limitedUsage(end.usage);
  const used = usedTogether(last, end.brokenAttempts);
  if (end.outcome === 'success') admitted?.settle(used);
  else admitted?.fail(used);
  const { deployments } = pipeline.limits;
  if (end.target !== null && last !== null) deployments?.settle(end.target.deployment, last.totalTokens);
  for (const { target, usage } of end.brokenAttempts)
    deployments?.settle(target.deployment, limitedUsage(usage)?.totalTokens ?? 0);
  pipeline.settled(end);
}
