/**
 * What an answered call costs, as the reply's headers tell it. Prices are compiled once per deployment and family; a
 * call costs about a microsecond. A stream has no usage yet when its head goes out: LiteLLM prices it at zero there.
 */
import type { ConfigSnapshot, Deployment } from '../config/snapshot.ts';
import type { JsonObject } from '../protocol/json.ts';
import { compilePrice, type PriceCall } from '../pricing/compile-price.ts';
import type { CompletionCostContext, ResponseKind } from '../pricing/completion-cost.ts';
import { readAdjustments } from '../pricing/cost-adjustments.ts';
import { costHeaders, totalCostHeader } from '../pricing/cost-headers.ts';
import { PricedModels } from '../pricing/priced-models.ts';
import { pythonFloat } from '../pricing/python-float.ts';
import { plainUsage, readUsage } from '../pricing/usage.ts';
import type { RouteFamily } from '../providers/contract.ts';
import { findProvider } from '../providers/catalogue/catalogue.ts';
import { resolveProvider } from '../providers/resolve-provider.ts';
import type { HeaderList } from '../wire/contract.ts';
import type { ModelKnowledge } from '../client/model-knowledge.ts';

/** What the provider's answer says of its price. */
export interface AnswerFacts {
  readonly usage: JsonObject | null;
  /** `model` of the answer before it is restamped. */
  readonly model: string | null;
  readonly serviceTier: string | null;
  /** The whole answer, parsed when it is asked for. */
  readonly body: (() => JsonObject) | null;
}

interface FamilyPricing {
  /** LiteLLM's call type. */
  readonly callType: string;
  /** Priced by the whole answer, and told as a total alone. */
  readonly kind: ResponseKind | null;
  /** Told as a total alone. */
  readonly totalOnly: boolean;
}

const BY_USAGE = { kind: null, totalOnly: false } as const;
const FAMILIES: Readonly<Record<RouteFamily, FamilyPricing>> = {
  chat: { ...BY_USAGE, callType: 'completion' },
  completions: { ...BY_USAGE, callType: 'text_completion' },
  embeddings: { ...BY_USAGE, callType: 'embedding' },
  responses: { ...BY_USAGE, callType: 'responses' },
  moderations: { ...BY_USAGE, callType: 'moderation' },
  'images.generations': { callType: 'image_generation', kind: 'image', totalOnly: true },
  'images.edits': { callType: 'image_edit', kind: 'image', totalOnly: true },
  'audio.transcriptions': { callType: 'transcription', kind: 'transcription', totalOnly: true },
  'audio.speech': { callType: 'speech', kind: null, totalOnly: true },
  rerank: { callType: 'rerank', kind: 'rerank', totalOnly: true },
};

export interface CostedCall {
  readonly deployment: Deployment;
  readonly apiBase: string;
  readonly family: RouteFamily;
  readonly stream: boolean;
  /** What is spoken, where that is what costs. */
  readonly text: string | null;
}

export type CostHeaders = (call: CostedCall, answer: AnswerFacts) => HeaderList;

const NO_SPEND: HeaderList = ['x-litellm-key-spend', '0.0'];
/** LiteLLM-compat: text completions on these are priced under the older API's name. */
const TEXT_PROVIDER = 'text-completion-openai';

export function createCosting(snapshot: ConfigSnapshot, knowledge: ModelKnowledge, now: () => number): CostHeaders {
  const settings = snapshot.litellm.raw;
  const adjustments = readAdjustments(settings['cost_discount_config'], settings['cost_margin_config']);
  const context = costContext(snapshot, knowledge);
  const compiled = new WeakMap<Deployment, Map<RouteFamily, PriceCall>>();

  const priceOf = ({ deployment, apiBase, family }: CostedCall): PriceCall => {
    let families = compiled.get(deployment);
    if (families === undefined) compiled.set(deployment, (families = new Map()));
    const known = families.get(family);
    if (known !== undefined) return known;
    const provider = family === 'completions' && isOpenaiChat(deployment.model) ? TEXT_PROVIDER : null;
    const made = compilePrice(deployment, context, { adjustments, apiBase, provider });
    families.set(family, made);
    return made;
  };

  return (call, answer) => {
    const pricing = FAMILIES[call.family];
    const cost = priceOf(call)({
      callType: pricing.callType,
      usage: call.stream ? plainUsage(0, 0) : answer.usage === null ? null : readUsage(answer.usage),
      responseModel: answer.model,
      serviceTier: answer.serviceTier,
      at: now(),
      ...(call.text === null ? {} : { prompt: call.text }),
      ...(pricing.kind === null || answer.body === null ? {} : { response: answer.body(), responseKind: pricing.kind }),
    });
    if (cost === null) return NO_SPEND;
    const headers = pricing.totalOnly ? totalCostHeader(cost.total) : costHeaders(cost);
    headers.push('x-litellm-key-spend', pythonFloat(cost.total));
    return headers;
  };
}

function isOpenaiChat(model: string): boolean {
  return model.startsWith('openai/');
}

function costContext(snapshot: ConfigSnapshot, knowledge: ModelKnowledge): CompletionCostContext {
  return {
    models: new PricedModels(knowledge.context),
    requireProvider: (name) => {
      const resolved = resolveProvider({ model: name }, snapshot.environment);
      return { model: resolved.model, provider: resolved.provider ?? '' };
    },
    // Texts are counted from the next step on; until then an answer without usage has no price.
    countTokens: () => 0,
    isProvider: (name) => findProvider(name) !== null,
  };
}
