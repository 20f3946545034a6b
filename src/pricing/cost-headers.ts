/**
 * The `x-litellm-response-cost*` headers of an answer, from its cost. Pure. LiteLLM-compat: texts as Python prints
 * them; a total of zero is left out; the input excludes what the cache has cost, which has headers of its own.
 */
import type { CostBreakdown } from './completion-cost.ts';
import { pythonFloat } from './python-float.ts';

const NAME = 'x-litellm-response-cost';
// Put together once: names made per reply would be made of pieces again and again.
const ORIGINAL = `${NAME}-original`;
const DISCOUNT_AMOUNT = `${NAME}-discount-amount`;
const MARGIN_AMOUNT = `${NAME}-margin-amount`;
const MARGIN_PERCENT = `${NAME}-margin-percent`;
const INPUT = `${NAME}-input`;
const OUTPUT = `${NAME}-output`;
const CACHE_READ = `${NAME}-cache-read`;
const CACHE_CREATION = `${NAME}-cache-creation`;
const REASONING = `${NAME}-reasoning`;
const TOOL_USAGE = `${NAME}-tool-usage`;

/** Appends flat pairs of name and value. `total` is `pythonFloat(cost.total)`, which the caller needs too. */
export function addCostHeaders(headers: string[], cost: CostBreakdown, total: string): void {
  addTotalCostHeader(headers, cost, total);
  headers.push(
    ORIGINAL,
    cost.original === cost.total ? total : pythonFloat(cost.original),
    DISCOUNT_AMOUNT,
    pythonFloat(cost.discountAmount),
    MARGIN_AMOUNT,
    pythonFloat(cost.marginAmount),
    MARGIN_PERCENT,
    pythonFloat(cost.marginPercent),
    INPUT,
    pythonFloat(cost.prompt - cost.cacheRead - cost.cacheWrite),
    OUTPUT,
    cost.wholeZero ? '0' : pythonFloat(cost.completion),
  );
  if (cost.cacheRead > 0) headers.push(CACHE_READ, pythonFloat(cost.cacheRead));
  if (cost.cacheWrite > 0) headers.push(CACHE_CREATION, pythonFloat(cost.cacheWrite));
  if (cost.reasoning > 0) headers.push(REASONING, pythonFloat(cost.reasoning));
  headers.push(TOOL_USAGE, pythonFloat(cost.tools));
}

/** Pictures, speech, transcription and reranking carry the total alone. */
export function addTotalCostHeader(headers: string[], cost: CostBreakdown, total: string): void {
  if (cost.total !== 0) headers.push(NAME, total);
}
