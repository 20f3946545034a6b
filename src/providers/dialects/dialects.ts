/** Which parameter dialect a provider speaks. */
import { GPT_DIALECT, OPENAI_DIALECT } from './openai-dialect.ts';
import type { ParamDialect } from './param-dialect.ts';

const DIALECTS: ReadonlyMap<string, ParamDialect> = new Map([['openai', OPENAI_DIALECT]]);

/** Providers without rules of their own take what OpenAI's chat models take. */
export function dialectOf(provider: string): ParamDialect {
  return DIALECTS.get(provider) ?? GPT_DIALECT;
}
