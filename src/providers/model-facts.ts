/**
 * What parameter rules ask about a model. Answers come from the price map, which this folder may not import, so the
 * composer passes them in.
 */
export interface ModelFacts {
  /** LiteLLM's capability names, e.g. `supports_reasoning`; false for what is not known. */
  supports(model: string, provider: string | null, capability: string): boolean;
  /** Any other field of the model's entry; undefined when absent. */
  field(model: string, provider: string | null, name: string): unknown;
}

/** Knows nothing about any model. */
export const NO_FACTS: ModelFacts = {
  supports: () => false,
  field: () => undefined,
};
