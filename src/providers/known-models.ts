/**
 * Which provider a bare model name belongs to. Lists of names are facts about the providers' catalogues; a name in none
 * of them has no provider and the user is asked for a prefix.
 * Cost: one map look-up, then two patterns.
 */
import { BEDROCK_NAMES } from './known-models-bedrock.ts';
import { OPENAI_CATALOGUE_NAMES, OPENAI_OTHER_NAMES, OPENAI_TEXT_NAMES } from './known-models-openai.ts';
import {
  AI21_CHAT_NAMES,
  ANTHROPIC_NAMES,
  BASETEN_NAMES,
  COHERE_CHAT_NAMES,
  COHERE_NAMES,
  MISTRAL_NAMES,
  NLP_CLOUD_NAMES,
  PETALS_NAMES,
  VERTEX_AI_NAMES,
} from './known-models-others.ts';

const REPLICATE_VERSION_LENGTH = 64;

/** First match wins, so the order is part of the data. */
const NAMES_BY_PROVIDER: readonly (readonly [string, string])[] = [
  ['openai', OPENAI_CATALOGUE_NAMES],
  ['openai', OPENAI_OTHER_NAMES],
  ['text-completion-openai', OPENAI_TEXT_NAMES],
  ['anthropic', ANTHROPIC_NAMES],
  ['cohere', COHERE_NAMES],
  ['cohere_chat', COHERE_CHAT_NAMES],
  ['vertex_ai', VERTEX_AI_NAMES],
  ['ai21_chat', AI21_CHAT_NAMES],
  ['baseten', BASETEN_NAMES],
  ['nlp_cloud', NLP_CLOUD_NAMES],
  ['petals', PETALS_NAMES],
  ['bedrock', BEDROCK_NAMES],
];

/** Names that are not in a list yet but have a shape that only one provider uses. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/^(?:[a-z-]+\.)?anthropic\.claude-/i, 'bedrock'],
  [/^claude-[a-z]+-\d+(?:[-.]\d+)?(?:-\d{8})?$/i, 'anthropic'],
];

const PROVIDER_BY_NAME: ReadonlyMap<string, string> = providerByName();
const OPENAI_CATALOGUE: ReadonlySet<string> = words(`${OPENAI_CATALOGUE_NAMES} ${OPENAI_TEXT_NAMES}`);
const OPENAI_CHAT: ReadonlySet<string> = words(OPENAI_CATALOGUE_NAMES);
const COHERE_CHAT: ReadonlySet<string> = words(COHERE_CHAT_NAMES);
const MISTRAL: ReadonlySet<string> = words(MISTRAL_NAMES);
const AI21_CHAT: ReadonlySet<string> = words(AI21_CHAT_NAMES);

function words(text: string): Set<string> {
  return new Set(text.split(/\s+/).filter((word) => word !== ''));
}

function providerByName(): Map<string, string> {
  const result = new Map<string, string>();
  for (const [provider, names] of NAMES_BY_PROVIDER) {
    for (const name of words(names)) if (!result.has(name)) result.set(name, provider);
  }
  return result;
}

/** Provider of a name without prefix; null when nobody's. */
export function providerOfBareName(model: string): string | null {
  if (model.includes('ft:gpt-3.5-turbo') || model.includes('ft:gpt-4') || model.startsWith('gpt-image'))
    return 'openai';
  const known = PROVIDER_BY_NAME.get(model);
  if (known !== undefined) return known;
  if (hasReplicateVersion(model)) return 'replicate';
  if (model === '*') return 'openai';
  return PATTERNS.find(([pattern]) => pattern.test(model))?.[1] ?? null;
}

/** `owner/name:version` with Replicate's 64-character version. */
function hasReplicateVersion(model: string): boolean {
  return model.split(':')[1]?.length === REPLICATE_VERSION_LENGTH;
}

/** Models of OpenAI's own catalogue (chat and text): the ones that take `user`. */
export function isOpenaiCatalogueModel(model: string): boolean {
  const name = model.includes('responses/') ? (model.split('responses/', 2)[1] ?? model) : model;
  return OPENAI_CATALOGUE.has(name);
}

export function isOpenaiChatModel(model: string): boolean {
  return OPENAI_CHAT.has(model);
}

export function isCohereChatModel(model: string): boolean {
  return COHERE_CHAT.has(model);
}

export function isMistralModel(model: string): boolean {
  return MISTRAL.has(model);
}

export function isAi21ChatModel(model: string): boolean {
  return AI21_CHAT.has(model);
}

/** Served by Anthropic's text completion API rather than by messages. */
export function isAnthropicTextModel(model: string): boolean {
  return model === 'claude-2' || model === 'claude-instant-1';
}
