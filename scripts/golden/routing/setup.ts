/** A router for a golden row, LiteLLM's behaviour as recorded. */
import type { Deployment } from '../../../src/config/snapshot.ts';
import { LruMap } from '../../../src/primitives/lru-map.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/protocol/json.ts';
import { findProvider } from '../../../src/providers/catalogue/catalogue.ts';
import type { RoutingFailure, RoutingRequest } from '../../../src/router/contract.ts';
import { ModelIndex, type Resolution, type Unresolved } from '../../../src/router/model-index.ts';
import { RouterCore } from '../../../src/router/router-core.ts';
import { readRoutingPolicy, RECORDED_RESILIENCE } from '../../../src/router/routing-policy.ts';

export interface Clock {
  nowMs: number;
}

export interface Built {
  readonly core: RouterCore;
  readonly clock: Clock;
}

/** What the events before the picks say about the request. */
export interface History {
  readonly model: string | null;
  readonly promptTokens: number;
  readonly request: Partial<RoutingRequest>;
}

export interface BuildOptions {
  readonly random: () => number;
  readonly prices?: () => Promise<Readonly<Record<string, JsonObject>>>;
}

export async function buildCore(row: JsonObject, { random, prices }: BuildOptions): Promise<Built> {
  const setup = row['setup'] as JsonObject;
  const router = setup['router'] as JsonObject;
  const deployments = (setup['model_list'] as readonly JsonObject[]).map(readDeployment);
  const map = prices === undefined ? {} : await prices();
  const clock: Clock = { nowMs: 1_790_000_000_000 };
  const core = new RouterCore({
    deployments,
    index: new ModelIndex({
      deployments,
      aliases: readAliases(router['model_group_alias']),
      providerOf: (model) => (model.startsWith('gpt') ? 'openai' : null),
      defaultFallback: null,
      cache: new LruMap<string, Resolution | Unresolved>(100),
    }),
    // The recorder's process had litellm.num_retries = 0: a router without num_retries made no retry there, where
    // LiteLLM 1.102.4 by itself makes two.
    policy: readRoutingPolicy({ router, litellm: { num_retries: 0 }, resilience: RECORDED_RESILIENCE }),
    knowledge: {
      // LiteLLM-compat: it looks up `openai/gpt-4o` as it stands, finds no price, and takes 10 USD.
      costPerTokenPairOf: ({ model, params }) => costOf(params, map[model]),
      maxInputTokensOf: ({ model }) => numberOf(map[model.replace(/^openai\//, '')]?.['max_input_tokens']),
    },
    isProvider: (name) => findProvider(name) !== null,
    now: () => clock.nowMs,
    random,
    jitter: () => 0,
  });
  return { core, clock };
}

function costOf(params: JsonObject, entry: JsonObject | undefined): number {
  const price = (key: string): number => numberOf(params[key]) || (numberOf(entry?.[key]) ?? 5);
  return price('input_cost_per_token') + price('output_cost_per_token');
}

function readDeployment(entry: JsonObject): Deployment {
  const params = entry['litellm_params'] as JsonObject;
  const modelInfo = entry['model_info'] as JsonObject;
  return {
    id: modelInfo['id'] as string,
    modelName: entry['model_name'] as string,
    model: params['model'] as string,
    params,
    modelInfo,
  };
}

function readAliases(value: JsonValue | undefined): ReadonlyMap<string, { model: string; hidden: boolean }> {
  if (!isJsonObject(value)) return new Map();
  return new Map(
    Object.entries(value).map(([name, target]) => [
      name,
      typeof target === 'string'
        ? { model: target, hidden: false }
        : { model: (target as JsonObject)['model'] as string, hidden: true },
    ]),
  );
}

function numberOf(value: JsonValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

/** LiteLLM's class of an error. */
export function className({ reason, error }: RoutingFailure): string {
  return reason === 'no-deployments' ? 'RouterRateLimitError' : error.name;
}
