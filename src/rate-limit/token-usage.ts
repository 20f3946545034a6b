import type { LimitedUsage, TokenKind } from './contract.ts';

/**
 * Tokens of a call that count against a limit: without those that were read from a cache, which providers do not count.
 *
 * @param takesTotal LiteLLM-compat: a usage that has only a total counts with it whatever the kind
 */
export function tokensOfKind(usage: LimitedUsage, kind: TokenKind, takesTotal: boolean): number {
  const { promptTokens, completionTokens, totalTokens, cachedTokens = 0 } = usage;
  const counted = { total: totalTokens, input: promptTokens, output: completionTokens }[kind];
  const tokens = kind === 'output' ? counted : Math.max(0, counted - cachedTokens);
  const hasOnlyTotal = promptTokens === 0 && completionTokens === 0;
  return tokens === 0 && takesTotal && hasOnlyTotal ? totalTokens : tokens;
}
