/**
 * One provider as data. Shared code reads these properties and never asks for a name.
 */
import type { HeaderList } from '../../wire/contract.ts';
import type { RouteFamily } from '../contract.ts';

/** `openai`: OpenAI's paths and bodies; `azure`: the same behind Azure's addresses; `foreign`: not served natively yet. */
export type WireFormat = 'openai' | 'azure' | 'foreign';

/**
 * What an `api_base` means for chat. `append`: the path is always added; `complete`: unless the base already ends with it;
 * `verbatim`: the base is the address.
 */
export type ChatUrlRule = 'append' | 'complete' | 'verbatim';

/** What messages need changed, beyond what every compatible provider needs. */
export type MessageRuleName =
  | 'text-only'
  | 'text-unless-media'
  | 'text-unless-seen'
  | 'names-of-users-only'
  | 'no-thinking'
  | 'no-internal-members'
  | 'no-files'
  | 'broker-usage'
  | 'mistral';

/** What becomes of Anthropic's `cache_control`. */
export type CacheMarks = 'strip' | 'strip-messages' | 'keep' | 'keep-elsewhere' | 'move';

export type FailureTableName = 'openai' | 'azure' | 'broker' | 'status';

export type ConnectionRule = 'ends-in-v1' | 'dedicated-host' | 'genai-path' | 'azure-openai-models';

export interface ModelPattern {
  readonly pattern: RegExp;
  complaint(model: string): string;
}

export interface ProviderRow {
  readonly name: string;
  readonly wire: WireFormat;
  /** Default base URL; null: the deployment or a variable must name one. */
  readonly apiBase: string | null;
  /** Variables for the base URL, first one set wins. */
  readonly apiBaseEnv: readonly string[];
  /** Variables for the key, first one set wins. */
  readonly apiKeyEnv: readonly string[];
  /** Key that is sent when none is configured (servers without authentication), or null. */
  readonly placeholderKey: string | null;
  /** No credential is ever sent. */
  readonly keyless: boolean;
  /** A second header that carries the key. */
  readonly keyHeader: string | null;
  /** LiteLLM-compat: resolving a model tells base and key for some providers and null for others. */
  readonly announces: boolean;
  /** May be written as `name/model`. */
  readonly prefix: boolean;
  /** Why resolving a model fails, when it always does. */
  readonly refusal: string | null;
  readonly families: ReadonlySet<RouteFamily>;
  readonly chatUrl: ChatUrlRule;
  /** `ensure-v1`: a base without a path ending in `/v1` gets one. */
  readonly baseRule: 'plain' | 'ensure-v1';
  /** What the model name or the base decides beyond this row. */
  readonly connectionRule: ConnectionRule | null;
  /** Shape that a model name must have; such names keep their prefix. */
  readonly modelPattern: ModelPattern | null;
  /** Row of the chat API for models of the older API's name. */
  readonly chatRow: string | null;
  /** Models written without a prefix tell base and key too. */
  readonly announcesBareNames: boolean;
  /** Paths that differ from OpenAI's. */
  readonly paths: ReadonlyMap<RouteFamily, string>;
  readonly headers: HeaderList;
  /** Sends `openai-organization`. */
  readonly takesOrganization: boolean;
  /** Put before a model name that does not hold `unless`. */
  readonly modelPath: { readonly prefix: string; readonly unless: string } | null;
  readonly sendsStreamFalse: boolean;
  /** Its models are those of OpenAI's catalogue, so that names tell what a model can do. */
  readonly ownsCatalogue: boolean;
  readonly messageRules: readonly MessageRuleName[];
  readonly cacheMarks: CacheMarks;
  /** How its error texts are read. */
  readonly failures: FailureTableName;
  /** LiteLLM-compat: reached through OpenAI's client, whose errors quote the message and not the body. */
  readonly digestsErrors: boolean;
}

/** Everything but the name may be left out. */
export interface RowOptions extends Partial<Omit<ProviderRow, 'name' | 'wire' | 'families' | 'paths'>> {
  /** Short for `NAME_API_BASE` and `NAME_API_KEY`. */
  readonly env?: string;
  readonly families?: readonly RouteFamily[];
  readonly paths?: readonly (readonly [RouteFamily, string])[];
}

/** LiteLLM-compat: moderations go to any provider, since only OpenAI's client is used for them. */
export const CHAT: readonly RouteFamily[] = ['chat', 'moderations'];
export const CHAT_AND_MEDIA: readonly RouteFamily[] = [
  ...CHAT,
  'images.generations',
  'audio.transcriptions',
  'audio.speech',
];

export function openaiRow(name: string, options: RowOptions): ProviderRow {
  return completeRow(name, 'openai', options);
}

/** An OpenAI-compatible provider whose base and key are told when a model is resolved. */
export function reportedRow(name: string, options: RowOptions): ProviderRow {
  return completeRow(name, 'openai', { announces: true, ...options });
}

export function azureRow(name: string, options: RowOptions): ProviderRow {
  return completeRow(name, 'azure', options);
}

export function foreignRow(name: string, options: RowOptions): ProviderRow {
  return completeRow(name, 'foreign', options);
}

function completeRow(name: string, wire: WireFormat, options: RowOptions): ProviderRow {
  const { env, families, paths, ...given } = options;
  return {
    apiBase: null,
    apiBaseEnv: env === undefined ? [] : [`${env}_API_BASE`],
    apiKeyEnv: env === undefined ? [] : [`${env}_API_KEY`],
    placeholderKey: null,
    keyless: false,
    keyHeader: null,
    announces: false,
    prefix: true,
    refusal: null,
    chatUrl: 'append',
    baseRule: 'plain',
    connectionRule: null,
    modelPattern: null,
    chatRow: null,
    announcesBareNames: false,
    headers: [],
    takesOrganization: false,
    modelPath: null,
    sendsStreamFalse: false,
    ownsCatalogue: false,
    messageRules: [],
    cacheMarks: wire === 'azure' ? 'keep' : 'strip',
    failures: wire === 'azure' ? 'azure' : 'openai',
    digestsErrors: wire === 'azure' || options.sendsStreamFalse !== true,
    ...given,
    name,
    wire,
    families: new Set(families),
    paths: new Map(paths),
  };
}
