/**
 * The `x-litellm-response-cost*` headers of an answer, from its cost. Pure. LiteLLM-compat: texts as Python prints
 * them; a total of zero is left out; the input excludes what the cache has cost, which has headers of its own.
 */
import type { CostBreakdown } from './completion-cost.ts';
import { pythonFloat } from './python-float.ts';

const NAME = 'x-litellm-response-cost';

/** Flat pairs of name and value. */
export function costHeaders(cost: CostBreakdown): string[] {
  const headers = totalCostHeader(cost.total);
  headers.push(`${NAME}-original`, pythonFloat(cost.original));
  headers.push(`${NAME}-discount-amount`, pythonFloat(cost.discountAmount));
  headers.push(`${NAME}-margin-amount`, pythonFloat(cost.marginAmount));
  headers.push(`${NAME}-margin-percent`, pythonFloat(cost.marginPercent));
  headers.push(`${NAME}-input`, pythonFloat(cost.prompt - cost.cacheRead - cost.cacheWrite));
  headers.push(`${NAME}-output`, cost.wholeZero ? '0' : pythonFloat(cost.completion));
  if (cost.cacheRead > 0) headers.push(`${NAME}-cache-read`, pythonFloat(cost.cacheRead));
  if (cost.cacheWrite > 0) headers.push(`${NAME}-cache-creation`, pythonFloat(cost.cacheWrite));
  if (cost.reasoning > 0) headers.push(`${NAME}-reasoning`, pythonFloat(cost.reasoning));
  headers.push(`${NAME}-tool-usage`, pythonFloat(cost.tools));
  return headers;
}

/** Pictures, speech, transcription and reranking carry the total alone. */
export function totalCostHeader(total: number): string[] {
  return total === 0 ? [] : [NAME, pythonFloat(total)];
}
