/**
 * How one provider takes OpenAI's chat parameters, as data and one function: which it takes, which have another name,
 * and what has to be said differently. Shared code asks the dialect and never the provider's name.
 */
import type { JsonValue } from '../../protocol/json.ts';
import type { ModelFacts } from '../model-facts.ts';

export interface DialectModel {
  readonly provider: string;
  /** Name that decides about parameters: `base_model` for deployments with a name of their own. */
  readonly model: string;
  readonly facts: ModelFacts;
  /** Azure's `api-version`, or null. */
  readonly apiVersion: string | null;
}

export interface ParamDraft extends DialectModel {
  /** Every parameter that was given; a rule that has dealt with one deletes it. */
  readonly given: Map<string, JsonValue>;
  /** What goes to the provider: at first the given ones that it supports. */
  readonly out: Map<string, JsonValue>;
  /** What goes beside OpenAI's parameters. */
  readonly extra: Map<string, JsonValue>;
  /** Leave out what is not supported instead of refusing. */
  readonly dropParams: boolean;
}

export interface ParamDialect {
  /** In LiteLLM's order, since `/utils/supported_openai_params` shows it. */
  supported(model: DialectModel): readonly string[];
  /** Parameters that `map` looks at; all others are copied as they are. */
  readonly touched: readonly string[];
  /** The same where it depends on the model, so that the fast path serves the models that need nothing. */
  touchedFor?(at: DialectModel): readonly string[];
  /** slow path: changes `out`. @throws GatewayError `unsupported_params`, `bad_request` */
  map?(draft: ParamDraft): void;
}

/** Gives a parameter the provider's name for it; the given name loses when both are there. */
export function renameParam(draft: ParamDraft, from: string, to: string): void {
  const value = draft.given.get(from);
  if (value === undefined) return;
  draft.out.delete(from);
  draft.out.set(to, value);
}
