/** `/router/settings` and `/router/fields`: the settings of routing, for the forms of LiteLLM's dashboard. */
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import type { JsonValue } from '../../protocol/json.ts';

const STRATEGIES = [
  'simple-shuffle',
  'least-busy',
  'usage-based-routing',
  'latency-based-routing',
  'cost-based-routing',
  'usage-based-routing-v2',
  'lar1',
];

interface Field {
  readonly name: string;
  readonly type: string;
  readonly title: string;
  /** What the setting does. */
  readonly description: string;
  readonly default: JsonValue;
  /** In force when the configuration says nothing, where that differs from `default`. */
  readonly effective?: JsonValue;
}

/** @param what name, type, title and description, separated by ` | ` */
function field(what: string, values: { readonly default?: JsonValue; readonly effective?: JsonValue } = {}): Field {
  const [name = '', type = '', title = '', description = ''] = what.split(' | ');
  return { name, type, title, description, default: null, ...values };
}

const FIELDS: readonly Field[] = [
  field('routing_strategy | String | Routing Strategy | How a deployment of a group is chosen', {
    default: STRATEGIES[0] ?? null,
  }),
  field('routing_strategy_args | Dictionary | Routing Strategy Args | Arguments of the strategy, e.g. ttl', {
    default: {},
  }),
  field('routing_groups | List | Routing Groups | Sets of groups with a strategy of their own', { default: [] }),
  field('num_retries | Integer | Number of Retries | Further attempts after a failure', { default: 0 }),
  field('timeout | Float | Timeout | Seconds until a request is given up', { effective: 6000 }),
  field('stream_timeout | Float | Stream Timeout | The same for streams'),
  field('max_fallbacks | Integer | Max Fallbacks | Most fallbacks of one request', { default: 5 }),
  field('fallbacks | List | Fallbacks | Groups that stand in for others', { default: [], effective: null }),
  field('context_window_fallbacks | List | Context Window Fallbacks | The same when the prompt is too long', {
    default: [],
    effective: null,
  }),
  field('content_policy_fallbacks | List | Content Policy Fallbacks | The same when the provider refuses the content', {
    default: [],
    effective: null,
  }),
  field('allowed_fails | Integer | Allowed Fails | Failures within a minute before a deployment rests', {
    effective: 3,
  }),
  field('cooldown_time | Float | Cooldown Time | Seconds that a deployment rests', { effective: 5 }),
  field('retry_after | Integer | Retry After | Least seconds between attempts', { default: 0 }),
  field('retry_policy | Dictionary | Retry Policy | Retries by kind of error'),
  field('model_group_alias | Dictionary | Model Group Alias | Other names of groups', { default: {} }),
  field(
    'enable_pre_call_checks | Boolean | Enable Pre-call Checks | Leave out deployments that cannot serve a request',
    { default: false },
  ),
  field('default_litellm_params | Dictionary | Default LiteLLM Params | Parameters of every call'),
  field('set_verbose | Boolean | Verbose Logging | Log more', { default: false }),
  field('default_max_parallel_requests | Integer | Max Parallel Requests | Requests at the same time per deployment'),
  field('enable_tag_filtering | Boolean | Enable Tag Filtering | Choose deployments by tags', { default: false }),
  field('tag_filtering_match_any | Boolean | Tag Filtering Match Any | One common tag is enough', { default: true }),
  field('disable_cooldowns | Boolean | Disable Cooldowns | Deployments never rest', { effective: false }),
];

export interface RouterSettingsView {
  readonly fields: readonly unknown[];
  readonly current_values: Readonly<Record<string, JsonValue>>;
  readonly routing_strategy_descriptions: Readonly<Record<string, string>>;
}

const STRATEGY_TEXTS: Readonly<Record<string, string>> = {
  'simple-shuffle': 'By chance, weighted by weight, rpm or tpm',
  'least-busy': 'The one with the fewest requests in flight',
  'usage-based-routing': 'The one with the least tokens used this minute',
  'latency-based-routing': 'The one that answered fastest lately',
  'cost-based-routing': 'The cheapest one',
  'usage-based-routing-v2': 'Least tokens used this minute, counted ahead of the answer',
};

export function routerSettings(snapshot: ConfigSnapshot): RouterSettingsView {
  const current: Record<string, JsonValue> = {};
  for (const one of FIELDS) current[one.name] = valueOf(one, snapshot);
  return {
    fields: FIELDS.map((one) => fieldRow(one, current[one.name] ?? null)),
    current_values: current,
    routing_strategy_descriptions: STRATEGY_TEXTS,
  };
}

export function routerFields(): {
  readonly fields: readonly unknown[];
  readonly routing_strategy_descriptions: unknown;
} {
  return { fields: FIELDS.map((one) => fieldRow(one, null)), routing_strategy_descriptions: STRATEGY_TEXTS };
}

function valueOf(one: Field, { router }: ConfigSnapshot): JsonValue {
  const configured = Object.hasOwn(router.raw, one.name) ? router.raw[one.name] : undefined;
  return configured ?? (one.effective === undefined ? one.default : one.effective);
}

function fieldRow(one: Field, value: JsonValue): unknown {
  return {
    field_name: one.name,
    field_type: one.type,
    field_value: value,
    field_description: one.description,
    field_default: one.default,
    options: one.name === 'routing_strategy' ? STRATEGIES : null,
    ui_field_name: one.title,
    link: null,
  };
}
