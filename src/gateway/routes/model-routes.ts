/** `/v1/models` and its relatives: which models there are and what is known of them. */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { Exchange } from '../../wire/contract.ts';
import type { RouteDefinition, RouteHandler } from '../contract.ts';
import { FALLBACK_TYPES, fallbacksOf, isFallbackType, type FallbackType } from './configured-fallbacks.ts';
import type { InfoRouteDeps } from './info-deps.ts';
import { accessGroups } from './listed-models.ts';
import { ModelCatalogue } from './model-catalogue.ts';
import { MODEL_CREATED_SECONDS, type ModelEntry } from './model-entry.ts';
import { databaseNotConnected } from './no-database.ts';
import { readQuery } from './query.ts';
import { replyJson, replyJsonBytes } from './reply.ts';

export function modelRoutes({ state, knowledge }: InfoRouteDeps): RouteDefinition[] {
  const catalogue = new ModelCatalogue(state.snapshot, knowledge);
  const get = (path: string, handler: RouteHandler): RouteDefinition => ({
    methods: ['GET'],
    path,
    family: 'models',
    access: 'key',
    handler,
  });
  const list: RouteHandler = (exchange) => answerList(exchange, catalogue);
  const one: RouteHandler = (exchange, { pathParams }) =>
    answerOne(exchange, pathParams.get('model_id') ?? '', catalogue);
  const info: RouteHandler = (exchange) => answerInfo(exchange, catalogue);
  return [
    get('/v1/models', list),
    get('/models', list),
    get('/v1/models/{model_id}', one),
    get('/models/{model_id}', one),
    get('/model/info', info),
    get('/v1/model/info', info),
    get('/model_group/info', (exchange) => answerGroupInfo(exchange, catalogue)),
    get('/fallback/{model}', (exchange, { pathParams }) =>
      answerFallbacks(exchange, pathParams.get('model') ?? '', catalogue),
    ),
  ];
}

function answerList(exchange: Exchange, catalogue: ModelCatalogue): void {
  const query = readQuery(exchange);
  const wildcardRoutes = query.flag('return_wildcard_routes');
  const withGroups = query.flag('include_model_access_groups');
  const onlyGroups = query.flag('only_model_access_groups');
  const metadata = query.flag('include_metadata');
  query.flag('healthy_only');
  const scope = query.text('scope');
  if (scope !== null && scope !== 'expand') {
    throw detail(400, `Invalid scope parameter. Only 'expand' is currently supported. Received: ${scope}`);
  }
  const fallbacks = metadata ? fallbackType(query.text('fallback_type') ?? 'general') : null;
  const anthropic = exchange.header('anthropic-version') !== undefined;
  const variant = `list ${wildcardRoutes} ${withGroups} ${onlyGroups} ${fallbacks ?? ''} ${anthropic}`;
  const body = catalogue.kept(variant, () => {
    const names = onlyGroups
      ? groupNames(catalogue, withGroups)
      : catalogue.names({ wildcardRoutes, accessGroups: withGroups });
    const entries = names.map((name) => withFallbacks(catalogue.entry(name), fallbacks, catalogue));
    return anthropic ? anthropicList(entries, catalogue) : { data: entries, object: 'list' };
  });
  replyJsonBytes(exchange, body);
}

/** LiteLLM-compat: access groups are listed only when they are asked for as well, or are named like a model. */
function groupNames(catalogue: ModelCatalogue, included: boolean): readonly string[] {
  const groups = [...accessGroups(catalogue.snapshot).keys()];
  return included ? groups : groups.filter((name) => catalogue.group(name).length > 0);
}

function withFallbacks(entry: ModelEntry, type: FallbackType | null, { snapshot }: ModelCatalogue): ModelEntry {
  return type === null ? entry : { ...entry, metadata: { fallbacks: fallbacksOf(entry.id, type, snapshot) } };
}

function anthropicList(entries: readonly ModelEntry[], catalogue: ModelCatalogue): unknown {
  const created = new Date(MODEL_CREATED_SECONDS * 1000).toISOString().replace('.000', '');
  const data = entries.map((entry) => ({
    type: 'model',
    id: entry.id,
    display_name: displayName(entry.id, catalogue),
    created_at: created,
    max_input_tokens: entry.max_input_tokens ?? null,
    max_tokens: entry.max_output_tokens ?? null,
  }));
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

function displayName(id: string, catalogue: ModelCatalogue): string {
  const name = catalogue.group(id)[0]?.modelInfo['display_name'];
  return typeof name === 'string' && name !== '' ? name : id;
}

function answerOne(exchange: Exchange, id: string, catalogue: ModelCatalogue): void {
  const listed = new Set(catalogue.names({ wildcardRoutes: false, accessGroups: false }));
  const asked = id.includes(',') ? id.split(',').map((part) => part.trim()) : [id];
  const missing = asked.find((name) => !listed.has(name));
  if (missing !== undefined) throw detail(404, `The model \`${missing}\` does not exist or is not accessible`);
  const entry = catalogue.ownedEntry(id);
  if (entry === null) throw detail(404, `Model '${id}' not found in router configuration`);
  replyJson(exchange, entry);
}

function answerInfo(exchange: Exchange, catalogue: ModelCatalogue): void {
  const query = readQuery(exchange);
  if (query.flag('include_team_models') || (query.text('teamId') ?? '').trim() !== '') throw databaseNotConnected(500);
  const id = query.text('litellm_model_id');
  if (id === null) {
    replyJsonBytes(
      exchange,
      catalogue.kept('info', () => ({ data: catalogue.infoRows() })),
    );
    return;
  }
  const deployment = catalogue.snapshot.deployments.find((candidate) => candidate.id === id);
  if (deployment === undefined) throw detail(400, { error: `Model id = ${id} not found on litellm proxy` });
  replyJson(exchange, { data: [catalogue.infoRow(deployment)] });
}

function answerGroupInfo(exchange: Exchange, catalogue: ModelCatalogue): void {
  const wanted = readQuery(exchange).text('model_group');
  const names = new Set(catalogue.names({ wildcardRoutes: false, accessGroups: false }));
  if (wanted === null) {
    replyJsonBytes(
      exchange,
      catalogue.kept('groups', () => ({ data: [...names].map((name) => catalogue.groupRow(name)) })),
    );
    return;
  }
  replyJson(exchange, { data: names.has(wanted) ? [catalogue.groupRow(wanted)] : [] });
}

function answerFallbacks(exchange: Exchange, model: string, catalogue: ModelCatalogue): void {
  const type = fallbackType(readQuery(exchange).text('fallback_type') ?? 'general');
  const models = fallbacksOf(model, type, catalogue.snapshot);
  if (models.length === 0) throw detail(404, { error: `No ${type} fallbacks configured for model '${model}'` });
  replyJson(exchange, { model, fallback_models: models, fallback_type: type });
}

function fallbackType(text: string): FallbackType {
  if (isFallbackType(text)) return text;
  throw detail(400, `Invalid fallback_type. Must be one of: [${FALLBACK_TYPES.map((type) => `'${type}'`).join(', ')}]`);
}

function detail(status: number, content: unknown): GatewayError {
  const message = typeof content === 'string' ? content : JSON.stringify(content);
  return new GatewayError('bad_request', message, { status, detail: content });
}
