/** The rows of `ProviderPricing`. A provider without a row bills by the price map alone. */
import { azureAiCost, azureRouterFee } from './azure-router-cost.ts';
import {
  googleMapsCost,
  googleSearchCost,
  musicCost,
  reportedSearchCost,
  vertexCost,
  vertexSearchCost,
} from './google-cost.ts';
import {
  bedrockImageCost,
  falImageCost,
  googleImageCost,
  openaiImageCost,
  perPictureCost,
  tokensOrPictureCost,
} from './image-cost.ts';
import { textAt } from './price-entry.ts';
import type { ProviderPricing } from './provider-pricing.ts';
import {
  alibabaCost,
  anthropicCost,
  azureCost,
  databricksCost,
  fireworksCost,
  freeCost,
  generalCost,
  perplexityCost,
  xaiCost,
} from './provider-token-costs.ts';
import { parallelSearchCost } from './search-cost.ts';
import { togetherSizeClass } from './size-classes.ts';
import { groqSearchCost, sideToolSearchCost } from './search-tool-costs.ts';

/** `eu.api.openai.com` and `us.api.openai.com`. */
function openaiResidency(apiBase: string): string | null {
  return /^https?:\/\/(eu|us)\.api\.openai\.com(?:[:/]|$)/i.exec(apiBase)?.[1]?.toLowerCase() ?? null;
}

const PLAIN: ProviderPricing = {};
const BY_PICTURE: ProviderPricing = { imageCost: perPictureCost };
const BY_TOKENS_ONLY: ProviderPricing = { tokenCost: generalCost({}) };
const ALIBABA: ProviderPricing = { tokenCost: alibabaCost };
const RERANK_BY_TOKENS: ProviderPricing = { rerankByTokens: true };

const ROWS: ReadonlyMap<string, ProviderPricing> = new Map<string, ProviderPricing>([
  [
    'openai',
    {
      tokenCost: generalCost({ tier: true, residency: true }),
      imageCost: openaiImageCost,
      residencyOf: openaiResidency,
    },
  ],
  [
    'azure',
    {
      tokenCost: azureCost,
      imageCost: openaiImageCost,
      assistantPrices: {
        fileSearchPerGbDay: 0.1,
        vectorStorePerGbDay: 0.1,
        computerInputPer1k: 3,
        computerOutputPer1k: 12,
      },
    },
  ],
  ['anthropic', { tokenCost: anthropicCost, webSearchCost: reportedSearchCost }],
  ['bedrock', { tokenCost: generalCost({ tier: true }), imageCost: bedrockImageCost }],
  [
    'gemini',
    {
      tokenCost: generalCost({ tier: true }),
      imageCost: googleImageCost,
      webSearchCost: googleSearchCost,
      mapsCost: googleMapsCost,
    },
  ],
  [
    'vertex_ai',
    {
      tokenCost: vertexCost,
      imageCost: googleImageCost,
      webSearchCost: vertexSearchCost,
      mapsCost: googleMapsCost,
      generationCost: musicCost,
      countsCharacters: true,
      locationOf: (params) => textAt(params, 'vertex_location') ?? textAt(params, 'vertex_ai_location'),
    },
  ],
  ['azure_ai', { tokenCost: azureAiCost, imageCost: tokensOrPictureCost, additionalCost: azureRouterFee }],
  ['databricks', { tokenCost: databricksCost }],
  ['fireworks_ai', { tokenCost: fireworksCost }],
  ['deepseek', BY_TOKENS_ONLY],
  ['tencent', BY_TOKENS_ONLY],
  ['perplexity', { tokenCost: perplexityCost, webSearchCost: () => 0 }],
  ['xai', { tokenCost: xaiCost, webSearchCost: sideToolSearchCost }],
  ['groq', { webSearchCost: groqSearchCost }],
  ['lemonade', { tokenCost: freeCost }],
  ['dashscope', ALIBABA],
  ['qwencloud', ALIBABA],
  ['qwen_ai_platform', ALIBABA],
  ['together_ai', { sizeClass: togetherSizeClass }],
  ['recraft', BY_PICTURE],
  ['aiml', BY_PICTURE],
  ['cometapi', BY_PICTURE],
  ['runwayml', BY_PICTURE],
  ['fal_ai', { imageCost: falImageCost }],
  ['jina_ai', RERANK_BY_TOKENS],
  ['voyage', RERANK_BY_TOKENS],
  ['parallel_ai', { searchCost: parallelSearchCost }],
]);

/** `vertex_ai-language-models` and its like are families of one provider's entries and bill as that provider. */
export function providerPricing(provider: string | null): ProviderPricing {
  if (provider === null) return PLAIN;
  return ROWS.get(provider) ?? ROWS.get(provider.split('-', 1)[0] ?? '') ?? PLAIN;
}

/** Only the provider's own row, not its family's. */
export function exactProviderPricing(provider: string): ProviderPricing {
  return ROWS.get(provider) ?? PLAIN;
}
