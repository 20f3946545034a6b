/**
 * What an answered call costs, as the reply's headers tell it and as budgets count it. Prices are compiled once per
 * deployment and family; a call costs about a microsecond. A stream has no usage yet when its head goes out: LiteLLM
 * prices it at zero there.
 */
import type { ConfigSnapshot, Deployment } from '../config/snapshot.ts';
import type { JsonObject } from '../protocol/json.ts';
import { compilePrice, type PriceCall, type PricedCall } from '../pricing/compile-price.ts';
import type { CompletionCostContext, CostBreakdown, ResponseKind } from '../pricing/completion-cost.ts';
import { readAdjustments, type CostAdjustments } from '../pricing/cost-adjustments.ts';
import { addCostHeaders, addTotalCostHeader } from '../pricing/cost-headers.ts';
import { pythonFloat } from '../pricing/python-float.ts';
import { plainUsage, readUsage, type TokenUsage } from '../pricing/usage.ts';
import type { RouteFamily } from '../providers/contract.ts';

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

/** Appends the cost headers of an answered call to those of its reply. @returns US dollars; null: nothing prices it */
export type AddCostHeaders = (headers: string[], call: CostedCall, answer: AnswerFacts) => number | null;

/** What a call has cost that is over, of a stream by the usage that its end told. US dollars; null: nothing prices it. */
export type CostOf = (call: Omit<CostedCall, 'stream'>, answer: AnswerFacts) => number | null;

export interface Costing {
  readonly addCostHeaders: AddCostHeaders;
  readonly costOf: CostOf;
}

const KEY_SPEND = 'x-litellm-key-spend';
const NOTHING_USED: TokenUsage = plainUsage(0, 0);
/** LiteLLM-compat: text completions on these are priced under the older API's name. */
const TEXT_PROVIDER = 'text-completion-openai';

export function createCosting(snapshot: ConfigSnapshot, context: CompletionCostContext, now: () => number): Costing {
  const adjustments = configuredAdjustments(snapshot);
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

  const priced = (call: CostedCall, answer: AnswerFacts): CostBreakdown | null =>
    priceOf(call)(pricedCall(call, answer, FAMILIES[call.family], now()));

  return {
    addCostHeaders: (headers, call, answer) => {
      const cost = priced(call, answer);
      if (cost === null) {
        headers.push(KEY_SPEND, '0.0');
        return null;
      }
      const total = pythonFloat(cost.total);
      if (FAMILIES[call.family].totalOnly) addTotalCostHeader(headers, cost, total);
      else addCostHeaders(headers, cost, total);
      headers.push(KEY_SPEND, total);
      return cost.total;
    },
    costOf: (call, answer) => priced({ ...call, stream: false }, answer)?.total ?? null,
  };
}

function pricedCall(call: CostedCall, answer: AnswerFacts, pricing: FamilyPricing, at: number): PricedCall {
  const byAnswer = pricing.kind !== null && answer.body !== null;
  return {
    callType: pricing.callType,
    usage: call.stream ? NOTHING_USED : answer.usage === null ? null : readUsage(answer.usage),
    responseModel: answer.model,
    serviceTier: answer.serviceTier,
    at,
    prompt: call.text ?? '',
    response: byAnswer ? answer.body() : null,
    responseKind: byAnswer ? pricing.kind : undefined,
  };
}

/** Discounts and margins of the configuration. */
export function configuredAdjustments({ litellm }: ConfigSnapshot): CostAdjustments {
  return readAdjustments(litellm.raw['cost_discount_config'], litellm.raw['cost_margin_config']);
}

function isOpenaiChat(model: string): boolean {
  return model.startsWith('openai/');
}
