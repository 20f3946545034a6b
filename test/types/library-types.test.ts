/** What `npm run typecheck` has to accept of calls without a router: OpenAI's requests, either spelling, types given back. */
import type OpenAI from 'openai';
import { expect, expectTypeOf, test } from 'vitest';
import {
  completion,
  type CallLog,
  type ChatCompletionChunk,
  type CustomLogger,
  type DirectHiddenParams,
  embedding,
  RateLimitError,
  responses,
  type Streamed,
} from '../../src/index.ts';

const model = 'simulated/fast';
const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hello!' }];

test('requests and answers of the SDK fit', async () => {
  const request: OpenAI.ChatCompletionCreateParamsNonStreaming = { model, messages, max_tokens: 20 };
  const answer: OpenAI.ChatCompletion = await completion(request);
  expect(answer.choices[0]?.message.content).toBeTypeOf('string');
  const streamed: OpenAI.ChatCompletionCreateParamsStreaming = { model, messages, stream: true };
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of await completion(streamed)) chunks.push(chunk);
  expect(chunks.length).toBeGreaterThan(1);
  const vectors: OpenAI.CreateEmbeddingResponse = await embedding({ model, input: ['Hello!'] });
  expect(vectors.data).toHaveLength(1);
  const asked: OpenAI.Responses.ResponseCreateParamsNonStreaming = { model, input: 'Hello!' };
  const response = await responses<OpenAI.Responses.Response>({ ...asked, model });
  expectTypeOf(response.output_text).toEqualTypeOf<string>();
});

test('options have both spellings, parameters of the provider any', async () => {
  const camel = await completion({ model, messages, numRetries: 1, apiBase: undefined, maxTokens: 5, anything: 1 });
  const snake = await completion({
    model,
    messages,
    num_retries: 1,
    max_tokens: 5,
    fallbacks: [{ model, api_key: 'k' }],
  });
  expectTypeOf(camel._hidden_params).toEqualTypeOf<DirectHiddenParams>();
  expect(snake.object).toBe('chat.completion');
  const wrong = (): unknown => [
    // @ts-expect-error a number
    completion({ model, messages, numRetries: 'two' }),
    // @ts-expect-error in LiteLLM's spelling, too
    completion({ model, messages, api_base: 5 }),
    // @ts-expect-error messages are objects
    completion({ model, messages: ['Hello!'] }),
  ];
  expect(wrong).toBeTypeOf('function');
});

test('`stream` decides what comes back', async () => {
  const stream = completion({ model, messages, stream: true, temperature: 0 });
  expectTypeOf(stream).resolves.toEqualTypeOf<Streamed<ChatCompletionChunk, DirectHiddenParams>>();
  await (await stream).return?.();
});

test('errors narrow by `instanceof`, loggers are plain classes', async () => {
  const caught: unknown = await completion({ model: 'simulated/error-429+fast', messages, numRetries: 0 }).catch(
    (error: unknown) => error,
  );
  if (!(caught instanceof RateLimitError)) throw new Error('no RateLimitError');
  expectTypeOf(caught.llmProvider).toEqualTypeOf<string | null>();
  class Logger implements CustomLogger {
    readonly seen: CallLog[] = [];
    logSuccessEvent(kwargs: CallLog): void {
      this.seen.push(kwargs);
    }
  }
  const logger = new Logger();
  await completion({ model, messages, callbacks: logger });
  expect(logger.seen).toHaveLength(1);
});
