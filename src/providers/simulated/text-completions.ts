/** The older completions API, plain and streamed. Source: OpenAI API reference, "Completions". */
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import { answerText, pieces } from './answer-text.ts';
import { chatUsage, stopWords } from './chat.ts';
import { countTokens, integerField, objectField, ownField } from './request-body.ts';
import { seededId } from './seeded-random.ts';
import { dataEvent, jsonReply, streamReply, type SimulatedReply, type SimulatedRequest } from './simulated-reply.ts';

const MOST_CHOICES = 128;
const DEFAULT_TOKENS = 16;
const MOST_TOKENS = 1_000_000;

interface TextChoice {
  readonly text: string;
  readonly finishReason: 'stop' | 'length';
}

export function textCompletionReply(request: SimulatedRequest): SimulatedReply {
  const { body, behaviour, seed } = request;
  const prompts = readPrompts(ownField(body, 'prompt'));
  const count = integerField(body, 'n', 1, MOST_CHOICES) ?? 1;
  // OpenAI's default of 16 tokens, unless the model's name asks for a length.
  const maxTokens =
    integerField(body, 'max_tokens', 1, MOST_TOKENS) ?? (behaviour.tokens === null ? DEFAULT_TOKENS : null);
  const limits = { tokens: behaviour.tokens, maxTokens, stop: stopWords(body) };
  const choices = prompts.flatMap((prompt, promptIndex) =>
    Array.from({ length: count }, (_, index) => {
      const answer = answerText({ question: prompt, seed: seed + promptIndex * count + index, ...limits });
      const echoed = ownField(body, 'echo') === true ? prompt : '';
      return { text: echoed + answer.text, finishReason: answer.finishReason };
    }),
  );
  const promptTokens = prompts.reduce((sum, prompt) => sum + countTokens(prompt), 0);
  const completionTokens = choices.reduce((sum, choice) => sum + countTokens(choice.text), 0);
  const usage = chatUsage(promptTokens, completionTokens);
  if (ownField(body, 'stream') === true) return streamReply(streamEvents(request, choices, usage));
  return jsonReply(
    { ...envelope(request), choices: choices.map(toChoice), usage },
    countTokens(choices[0]?.text ?? ''),
  );
}

/** A text, a list of texts, tokens, or a list of token lists. */
export function readPrompts(prompt: JsonValue | undefined): string[] {
  if (typeof prompt === 'string') return [prompt];
  if (!Array.isArray(prompt)) return [''];
  const entries = prompt as readonly JsonValue[];
  if (entries.every((entry) => typeof entry === 'number')) return [entries.join(' ')];
  return entries.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
}

function envelope({ seed, nowSeconds, model }: SimulatedRequest): JsonObject {
  return {
    id: `cmpl-${seededId(seed)}`,
    object: 'text_completion',
    created: nowSeconds,
    model,
    system_fingerprint: 'fp_simulated',
  };
}

function toChoice({ text, finishReason }: TextChoice, index: number): JsonObject {
  return { text, index, logprobs: null, finish_reason: finishReason };
}

function* streamEvents(
  request: SimulatedRequest,
  choices: readonly TextChoice[],
  usage: JsonObject,
): Generator<string> {
  const includeUsage = objectField(request.body, 'stream_options')?.['include_usage'] === true;
  const head = envelope(request);
  const extra = includeUsage ? { usage: null } : {};
  for (const [index, choice] of choices.entries()) {
    for (const text of pieces(choice.text)) {
      yield dataEvent({ ...head, choices: [{ text, index, logprobs: null, finish_reason: null }], ...extra });
    }
    const last = { text: '', index, logprobs: null, finish_reason: choice.finishReason };
    yield dataEvent({ ...head, choices: [last], ...extra });
  }
  if (includeUsage) yield dataEvent({ ...head, choices: [], usage });
  yield 'data: [DONE]\n\n';
}
