/**
 * Which tokenizer counts for a model's name, by LiteLLM's rules.
 *
 * `litellm`: as LiteLLM does, which looks a name up whole, so that `openai/gpt-4o` is unknown to it and counted with
 * `cl100k_base`. `exact`: the name behind the provider's prefix decides. Models of other vendors have no published
 * encoding that is bundled here; `cl100k_base` stands in for them, Anthropic's old one for Claude 4.
 * Source: LiteLLM `utils.py` (`huggingface_tokenizer_kind`), `token_counter.py` (`openai_tokenizer_encoding`).
 */
import type { EncodingName } from '../contract.ts';
import { encodingNameForModel } from '../encoding-names.ts';
import type { CountMode, HubTokenizerName, ModelFamilies, TokenizerChoice } from './contract.ts';

const STAND_IN: EncodingName = 'cl100k_base';
/** Its messages and names have constants of their own. */
export const LEGACY_MODEL = 'gpt-3.5-turbo-0301';
/** LiteLLM's `azure_llms`: names that Azure writes in its own way. */
const AZURE_NAMES: ReadonlySet<string> = new Set([
  'gpt-35-turbo',
  'gpt-35-turbo-16k',
  'gpt-35-turbo-instruct',
  'azure/gpt-41',
  'azure/gpt-41-mini',
  'azure/gpt-41-nano',
]);
/** Claude models whose tokenizer is the published one. */
const CLAUDE_2 = /claude-(?:2|instant|v[12])/;

export function selectTokenizer(model: string, mode: CountMode, families: ModelFamilies): TokenizerChoice {
  return mode === 'exact' ? selectExactly(model, families) : selectAsLitellm(model, families);
}

/** OpenAI's own names come first: they need no price map, which takes longer to open than an encoding to load. */
function selectExactly(model: string, families: ModelFamilies): TokenizerChoice {
  const name = model.slice(model.lastIndexOf('/') + 1);
  const known = openaiEncodingOf(name);
  if (known !== null) return { encoding: known, wanted: null, own: true, legacy: name === LEGACY_MODEL };
  if (isAnthropic(model, families) || (name !== model && isAnthropic(name, families))) return claudeChoice(name);
  const wanted = wantedHubTokenizer(model, families) ?? (name === model ? null : wantedHubTokenizer(name, families));
  return { encoding: STAND_IN, wanted, own: false, legacy: false };
}

function selectAsLitellm(model: string, families: ModelFamilies): TokenizerChoice {
  if (isAnthropic(model, families)) return claudeChoice(model);
  const name = litellmName(model, families);
  const known = openaiEncodingOf(name);
  const wanted = wantedHubTokenizer(model, families);
  const own = known !== null && wanted === null && (name === model || AZURE_NAMES.has(model));
  return { encoding: known ?? STAND_IN, wanted, own, legacy: name === LEGACY_MODEL };
}

const openaiEncodingOf = (name: string): EncodingName | null =>
  name.includes('gpt-4o') ? 'o200k_base' : encodingNameForModel(name);

const claudeChoice = (name: string): TokenizerChoice => ({
  encoding: 'claude',
  wanted: null,
  own: CLAUDE_2.test(name),
  legacy: false,
});

function isAnthropic(model: string, families: ModelFamilies): boolean {
  return !model.includes('claude-3') && families.isAnthropicModel(model);
}

/** The tokenizer of the hub that the rules name for a model; only for Command R the families are asked. */
export function wantedHubTokenizer(model: string, families: ModelFamilies): HubTokenizerName | null {
  const lower = model.toLowerCase();
  if (model.includes('command-r') && families.isCohereModel(model)) return 'Xenova/c4ai-command-r-v01-tokenizer';
  if (lower.includes('llama-2') || lower.includes('replicate')) return 'hf-internal-testing/llama-tokenizer';
  return lower.includes('llama-3') ? 'Xenova/llama-3-tokenizer' : null;
}

/** LiteLLM-compat: a name that is no OpenAI chat model is taken for `gpt-3.5-turbo`. */
function litellmName(model: string, families: ModelFamilies): string {
  if (AZURE_NAMES.has(model)) return model.replaceAll('-35', '-3.5');
  return families.isOpenaiModel(model) ? model : 'gpt-3.5-turbo';
}
