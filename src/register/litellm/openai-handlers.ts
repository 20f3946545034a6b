/**
 * npm `litellm`: its handlers for OpenAI's chat completions and embeddings, called directly instead of through a client
 * that is built for each call. Whatever is no plain success (an error of the provider, of the network) is called again
 * by the original, whose errors, retries and waits are then what the program sees. Streams stay with the original.
 */
import { readVariable } from '../../config/environment.ts';
import type { RolloutComponent } from '../../rollout/contract.ts';
import type { AdapterTools, ModuleExports } from '../contract.ts';
import { functionAt, UnexpectedShape } from '../unexpected-shape.ts';
import { postJson } from './post-json.ts';

type Params = Readonly<Record<string, unknown>>;
type Handler = (params: Params) => Promise<unknown>;

/** A call as it is sent; null: it is none that we know how to send. */
type Plan = (params: Params) => PlannedCall | null;

interface PlannedCall {
  readonly url: string;
  readonly apiKey: string;
  readonly body: unknown;
  /** Makes the handler's answer of the provider's. @throws when that is not as expected */
  readonly read: (json: unknown) => unknown;
  /** A list that every answer has; one without it is none. */
  readonly list: 'choices' | 'data';
}

const OPENAI = 'https://api.openai.com/v1';

export function adapt(original: ModuleExports, tools: AdapterTools): ModuleExports {
  const [name, plan] =
    original['OpenAIHandler'] === undefined
      ? (['OpenAIEmbeddingHandler', planEmbedding] as const)
      : (['OpenAIHandler', planCompletion] as const);
  const handler = functionAt<Handler>(original, name);
  if (handler.length > 1) throw new UnexpectedShape(`${name} takes other arguments`);
  const call = new HandlerCall(tools, handler);
  tools.replace(original, name, (params: Params) => call.run(params, plan));
  return {};
}

class HandlerCall {
  readonly #component: RolloutComponent;
  readonly #original: Handler;
  readonly #send: typeof send;
  readonly #limitMs: number;

  constructor({ component, disturb, limits }: AdapterTools, original: Handler) {
    this.#component = component;
    this.#original = original;
    this.#send = disturb('completion', send);
    this.#limitMs = limits.answerMs;
  }

  async run(params: Params, plan: Plan): Promise<unknown> {
    const planned = planOrNull(plan, params);
    if (planned === null) return this.#original(params);
    const call = this.#component.begin();
    if (call.side === 'original') {
      const answer = await this.#original(params);
      call.succeed();
      return answer;
    }
    const outcome = await this.#outcomeOf(planned);
    if ('answer' in outcome) {
      call.succeed();
      return outcome.answer;
    }
    if ('refused' in outcome) {
      // Nobody's fault here: the original makes of it what it makes of it.
      call.cancel();
      return this.#original(params);
    }
    if ('error' in outcome) call.fail(outcome.error);
    else call.hang();
    try {
      const answer = await this.#original(params);
      call.replayed();
      return answer;
    } catch (error) {
      call.replayFailed(error);
      throw error;
    }
  }

  async #outcomeOf(planned: PlannedCall): Promise<Outcome> {
    const stop = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Outcome>((resolve) => {
      timer = setTimeout(() => resolve({ late: true }), this.#limitMs);
    });
    try {
      const outcome = await Promise.race([this.#send(planned, stop.signal), late]);
      if ('late' in outcome) stop.abort();
      if (!('answer' in outcome) || hasList(outcome.answer, planned.list)) return outcome;
      return { error: new TypeError('the fast path gave another kind of answer') };
    } catch (error) {
      return { error };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What became of a call of our own. `refused`: the provider or the network did not answer it well. */
type Outcome =
  { readonly answer: unknown } | { readonly refused: true } | { readonly late: true } | { readonly error: unknown };

function hasList(answer: unknown, name: string): boolean {
  return typeof answer === 'object' && answer !== null && Array.isArray(Reflect.get(answer, name));
}

async function send({ url, apiKey, body, read }: PlannedCall, signal: AbortSignal): Promise<Outcome> {
  const answer = await postJson(url, { body, signal, headers: headersWith(apiKey) });
  if (answer === null) return { refused: true };
  return { answer: withRequestId(read(answer.json), answer.requestId) };
}

function headersWith(apiKey: string): Readonly<Record<string, string>> {
  const [organization, project] = [readVariable('OPENAI_ORG_ID'), readVariable('OPENAI_PROJECT_ID')];
  return {
    authorization: `Bearer ${apiKey}`,
    ...(organization === undefined ? {} : { 'openai-organization': organization }),
    ...(project === undefined ? {} : { 'openai-project': project }),
  };
}

/** As the client beneath the original does it: there for whoever asks, invisible to whoever lists. */
function withRequestId(value: unknown, requestId: string | null): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.defineProperty(value, '_request_id', { value: requestId, enumerable: false });
}

function planOrNull(plan: Plan, params: unknown): PlannedCall | null {
  if (typeof params !== 'object' || params === null) return null;
  try {
    return plan(params as Params);
  } catch {
    return null;
  }
}

function planCompletion({ apiKey, baseUrl, ...params }: Params): PlannedCall | null {
  const key = apiKey ?? readVariable('OPENAI_API_KEY');
  const base = baseUrl ?? OPENAI;
  if (params['stream'] || typeof key !== 'string' || typeof base !== 'string') return null;
  const body = { ...params, stream: false };
  return { url: join(base, '/chat/completions'), apiKey: key, body, read: (json) => json, list: 'choices' };
}

function planEmbedding({ apiKey, input, model }: Params): PlannedCall | null {
  const key = apiKey ?? readVariable('OPENAI_API_KEY');
  if (typeof key !== 'string') return null;
  const base = readVariable('OPENAI_BASE_URL')?.trim() || OPENAI;
  const body = { input, model, encoding_format: 'base64' };
  return { url: join(base, '/embeddings'), apiKey: key, body, read: readEmbeddings, list: 'data' };
}

function join(base: string, path: string): string {
  return (base.endsWith('/') ? base.slice(0, -1) : base) + path;
}

/** The client beneath the original asks for Base64 and gives numbers. */
function readEmbeddings(json: unknown): unknown {
  const { data } = json as { readonly data: readonly { embedding: unknown }[] };
  for (const each of data) {
    if (typeof each.embedding !== 'string') throw new TypeError('an embedding that is not Base64');
    const bytes = Buffer.from(each.embedding, 'base64');
    each.embedding = Array.from(
      new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
    );
  }
  return json;
}
