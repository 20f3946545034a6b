/** What `npm run typecheck` has to accept of `Router`: requests and answers of OpenAI's SDK, handed in and taken out. */
import type OpenAI from 'openai';
import { afterAll, expect, expectTypeOf, test } from 'vitest';
import { type ChatCompletionChunk, Router, type RouterOptions, type Streamed } from '../../src/index.ts';

const router = new Router({
  modelList: [{ modelName: 'g', litellmParams: { model: 'simulated/fast' } }],
  routingStrategy: 'latency-based-routing',
});
afterAll(() => router.close());

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hello!' }];

test('requests and answers of the SDK fit', async () => {
  const request: OpenAI.ChatCompletionCreateParamsNonStreaming = { model: 'g', messages, max_tokens: 20 };
  const answer: OpenAI.ChatCompletion = await router.completion(request);
  expect(answer.choices[0]?.message.content).toBeTypeOf('string');
  const streamed: OpenAI.ChatCompletionCreateParamsStreaming = { model: 'g', messages, stream: true };
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of await router.completion(streamed)) chunks.push(chunk);
  expect(chunks.length).toBeGreaterThan(1);
  const embedding: OpenAI.CreateEmbeddingResponse = await router.embedding({ model: 'g', input: ['Hello!'] });
  expect(embedding.data).toHaveLength(1);
  const text: OpenAI.Completion = await router.textCompletion({ model: 'g', prompt: 'Hello!' });
  expect(text.choices).toHaveLength(1);
  const images: OpenAI.ImagesResponse = await router.imageGeneration({ model: 'g', prompt: 'A cat', n: 1 });
  expect(images.data).toHaveLength(1);
  const asked: OpenAI.Responses.ResponseCreateParamsNonStreaming = { model: 'g', input: 'Hello!' };
  const response = await router.responses<OpenAI.Responses.Response>({ ...asked, model: 'g' });
  expectTypeOf(response.output_text).toEqualTypeOf<string>();
  expect(response.object).toBe('response');
});

test('`stream` decides what comes back', async () => {
  const stream = router.completion({ model: 'g', messages, stream: true, temperature: 0 });
  expectTypeOf(stream).resolves.toEqualTypeOf<Streamed<ChatCompletionChunk>>();
  await (await stream).return?.();
  const whole = await router.completion({ model: 'g', messages, stream: false });
  expectTypeOf(whole.choices[0]?.message.content).toEqualTypeOf<string | null | undefined>();
  expect(whole._hidden_params.model_group).toBe('g');
});

test('options of either spelling are accepted, others are not', () => {
  const options: RouterOptions = { numRetries: 1, fallbacks: [{ a: ['b', { model: 'c', temperature: 0 }] }] };
  const wrong = (): unknown => [
    // @ts-expect-error no such option
    new Router({ numRetry: 1 }),
    // @ts-expect-error no such strategy
    new Router({ routingStrategy: 'fastest' }),
    // @ts-expect-error a deployment has a model
    new Router({ modelList: [{ modelName: 'a', litellmParams: {} }] }),
  ];
  expect(wrong).toThrow(/numRetries/);
  expect(new Router(options).getSettings().numRetries).toBe(1);
  const snake = new Router({
    num_retries: 2,
    model_list: [{ model_name: 'a', litellm_params: { model: 'simulated/x' } }],
  });
  expect(snake.getModelNames()).toEqual(['a']);
});
