/** Which parameter dialect a provider speaks. */
import { AZURE_DIALECT } from './azure-dialect.ts';
import {
  DEEPINFRA_DIALECT,
  DEEPSEEK_DIALECT,
  FEATHERLESS_DIALECT,
  FIREWORKS_DIALECT,
  GROQ_DIALECT,
  HOSTED_VLLM_DIALECT,
  META_LLAMA_DIALECT,
  MISTRAL_DIALECT,
  MOONSHOT_DIALECT,
  OPENROUTER_DIALECT,
  VOLCENGINE_DIALECT,
  XAI_DIALECT,
} from './compatible-dialects.ts';
import { LIST_DIALECTS } from './list-dialects.ts';
import { GPT_DIALECT, OPENAI_DIALECT } from './openai-dialect.ts';
import type { ParamDialect } from './param-dialect.ts';
import { AZURE_AI_DIALECT, LITELLM_PROXY_DIALECT } from './proxy-dialects.ts';
import { TOGETHER_DIALECT } from './together-dialect.ts';

const DIALECTS: ReadonlyMap<string, ParamDialect> = new Map([
  ...LIST_DIALECTS,
  ['openai', OPENAI_DIALECT],
  ['azure', AZURE_DIALECT],
  ['azure_ai', AZURE_AI_DIALECT],
  ['litellm_proxy', LITELLM_PROXY_DIALECT],
  ['groq', GROQ_DIALECT],
  ['xai', XAI_DIALECT],
  ['deepseek', DEEPSEEK_DIALECT],
  ['openrouter', OPENROUTER_DIALECT],
  ['mistral', MISTRAL_DIALECT],
  ['codestral', MISTRAL_DIALECT],
  ['deepinfra', DEEPINFRA_DIALECT],
  ['fireworks_ai', FIREWORKS_DIALECT],
  ['moonshot', MOONSHOT_DIALECT],
  ['hosted_vllm', HOSTED_VLLM_DIALECT],
  ['featherless_ai', FEATHERLESS_DIALECT],
  ['volcengine', VOLCENGINE_DIALECT],
  ['meta_llama', META_LLAMA_DIALECT],
  ['together_ai', TOGETHER_DIALECT],
]);

/** Providers without rules of their own take what OpenAI's chat models take. */
export function dialectOf(provider: string): ParamDialect {
  return DIALECTS.get(provider) ?? GPT_DIALECT;
}
