/** How LiteLLM's error texts name a provider: `OpenAIException`, `GroqException`, `Hosted_vllmException`. */
const SPECIAL: ReadonlyMap<string, string> = new Map([['openai', 'OpenAIException']]);

export function exceptionName(provider: string): string {
  return SPECIAL.get(provider) ?? `${provider.charAt(0).toUpperCase()}${provider.slice(1)}Exception`;
}
