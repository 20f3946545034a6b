/** One chat asked of several models at the same time. */
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import { isRecord } from './as-json.ts';

/** A call that has begun. */
export interface StartedCall<Answer> {
  readonly answer: Promise<Answer>;
  /** Ends it; its answer is rejected with the reason, unless it is there already. */
  abort(reason: unknown): void;
}

export type StartCall<Answer> = (question: Readonly<Record<string, unknown>>) => StartedCall<Answer>;

/** @throws GatewayError `bad_request`: no list of models */
export function modelsOf(method: string, question: unknown): readonly string[] {
  if (!isRecord(question)) throw wrong(method, question);
  const { models, model } = question;
  // LiteLLM-compat: the models of a batch may be one text with commas.
  const list = models ?? (typeof model === 'string' ? model.split(',').map((name) => name.trim()) : undefined);
  if (!Array.isArray(list) || list.length === 0) throw wrong(method, list);
  return list as readonly string[];
}

function wrong(method: string, got: unknown): GatewayError {
  const text = `${method} takes a list of models, e.g. {models: ['gpt-4o', 'claude'], messages: […]}; got ${kindOfValue(got)}.`;
  return new GatewayError('bad_request', text, { param: 'models' });
}

/** Every model's answer, or the error in its place, in the order of the models; for a list of chats, one list per chat. */
export async function askAll<Answer>(
  question: Readonly<Record<string, unknown>>,
  models: readonly string[],
  start: StartCall<Answer>,
): Promise<readonly (Answer | Error)[] | readonly (readonly (Answer | Error)[])[]> {
  const { messages, models: _models, ...rest } = question;
  const chats = Array.isArray(messages) && Array.isArray(messages[0]) ? (messages as readonly unknown[]) : null;
  const ask = (chat: unknown): Promise<readonly (Answer | Error)[]> =>
    Promise.all(models.map((model) => settled(start({ ...rest, model, messages: chat }).answer)));
  return chats === null ? ask(messages) : Promise.all(chats.map(ask));
}

async function settled<Answer>(answer: Promise<Answer>): Promise<Answer | Error> {
  try {
    return await answer;
  } catch (error) {
    return error instanceof Error ? error : new Error('the call was ended', { cause: error });
  }
}

/** The first answer that is one; the other calls are ended. @throws the first model's error when none answers */
export async function askFastest<Answer>(
  question: Readonly<Record<string, unknown>>,
  models: readonly string[],
  start: StartCall<Answer>,
): Promise<Answer> {
  const { models: _models, ...rest } = question;
  const calls = models.map((model) => start({ ...rest, model }));
  try {
    return await Promise.any(
      calls.map(async (call) => {
        const answer = await call.answer;
        // At once, so that no other can win between here and there.
        for (const other of calls) if (other !== call) other.abort(new Error('another model was faster'));
        return answer;
      }),
    );
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error;
    const [first] = error.errors as readonly unknown[];
    if (first instanceof GatewayError && first.cause === undefined)
      Object.defineProperty(first, 'cause', { value: error, configurable: true });
    throw first as Error;
  }
}
