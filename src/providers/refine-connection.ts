/**
 * The few providers whose model name or base URL decides more than a row can say. Each rule names its row property, and a
 * row names its rule: shared code runs what the row says.
 */
import type { ConnectionRule } from './catalogue/provider-row.ts';
import { isOpenaiCatalogueModel } from './known-models.ts';

export interface Connection {
  readonly provider: string;
  readonly model: string;
  readonly apiBase: string | null;
}

export function refineConnection(rule: ConnectionRule, at: Connection, given: string | null): Connection {
  return RULES[rule](at, given);
}

type Rule = (at: Connection, given: string | null) => Connection;

const RULES: Readonly<Record<ConnectionRule, Rule>> = {
  /** Mistral's base always ends in `/v1`. */
  'ends-in-v1': (at) =>
    at.apiBase === null || at.apiBase.endsWith('/v1') ? at : { ...at, apiBase: `${at.apiBase}/v1` },
  /** An eight-character id is a dedicated deployment with a host of its own. */
  'dedicated-host': (at, given) =>
    given === null && /^[a-zA-Z0-9]{8}$/.test(at.model)
      ? { ...at, apiBase: `https://model-${at.model}.api.baseten.co/environments/production/sync/v1` }
      : at,
  /** The gateway's path is part of the address. */
  'genai-path': (at) => ({ ...at, apiBase: datarobotBase(at.apiBase) }),
  /** OpenAI's own models on Azure AI are Azure OpenAI deployments, unless the base is the inference endpoint. */
  'azure-openai-models': (at) =>
    at.apiBase !== null && !isInferenceEndpoint(at.apiBase) && isOpenaiCatalogueModel(afterSlash(at.model))
      ? { ...at, provider: 'azure' }
      : at,
};

function datarobotBase(base: string | null): string | null {
  if (base === null) return null;
  if (base.includes('/genai/llmgw/') || base.includes('/deployments/')) return base.endsWith('/') ? base : `${base}/`;
  return `${base.replace(/\/+$/, '').replace(/\/api\/v2$/, '')}/api/v2/genai/llmgw/chat/completions/`;
}

function isInferenceEndpoint(base: string): boolean {
  const url = URL.parse(base);
  return url !== null && url.hostname.endsWith('.services.ai.azure.com');
}

function afterSlash(text: string): string {
  return text.slice(text.indexOf('/') + 1);
}
