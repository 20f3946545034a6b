/** What `npm run typecheck` has to accept: the types of OpenAI's SDK and one's own, handed in and given back. */
import type OpenAI from 'openai';
import { expect, expectTypeOf, test } from 'vitest';
import { countTokens, createModelLibrary, tokenCounter, trimMessages, type CountRequest } from '../../src/index.ts';

interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
  readonly sentAt?: Date;
}

const model = 'gpt-4o';
const openaiMessages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'system', content: 'You are terse.' },
  { role: 'user', content: 'What is the weather in Paris?' },
];
const ownMessages: Message[] = [
  { role: 'system', content: 'You are terse.' },
  { role: 'user', content: 'What is the weather in Paris?' },
];
const openaiTools: OpenAI.ChatCompletionTool[] = [
  { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } },
];

test('messages, tools and tool choices of the SDK are counted', () => {
  const toolChoice: OpenAI.ChatCompletionToolChoiceOption = { type: 'function', function: { name: 'weather' } };
  const automatic: OpenAI.ChatCompletionToolChoiceOption = 'auto';
  expect(tokenCounter({ model, messages: openaiMessages })).toBe(22);
  expect(tokenCounter({ model, messages: openaiMessages, tools: openaiTools, toolChoice })).toBeGreaterThan(22);
  expect(tokenCounter({ model, messages: openaiMessages, toolChoice: automatic })).toBe(22);
  expect(createModelLibrary().tokens.countTokens({ model, messages: openaiMessages }).tokens).toBe(22);
});

test('interfaces, read-only lists and mixed parts are counted', () => {
  const frozen: readonly Message[] = Object.freeze([...ownMessages]);
  const content = [
    { type: 'text', text: 'What is this?' },
    { type: 'image_url', image_url: { url: 'https://a.test/b.png' } },
  ];
  const request: CountRequest = { model, messages: frozen };
  expect([countTokens(request).tokens, tokenCounter({ model, messages: ownMessages })]).toEqual([22, 22]);
  expect(tokenCounter({ model, messages: [{ role: 'user', content }] })).toBeGreaterThan(85);
});

test('trimMessages gives back the type that it was given', () => {
  const options = { model, maxTokens: 1000 };
  const trimmed = trimMessages(openaiMessages, options);
  expectTypeOf(trimmed).toEqualTypeOf<OpenAI.ChatCompletionMessageParam[]>();
  const request: OpenAI.ChatCompletionCreateParams = { model, messages: trimmed };
  expect(request.messages).toEqual(openaiMessages);
  const { messages } = trimMessages(ownMessages, { ...options, returnResponseTokens: true });
  expectTypeOf(messages).toEqualTypeOf<Message[]>();
  expect(messages).toEqual(ownMessages);
});

test('what is no object is not accepted', () => {
  const wrong = (): unknown => [
    // @ts-expect-error a message is an object
    tokenCounter({ model, messages: ['hello'] }),
    // @ts-expect-error and so is a tool
    tokenCounter({ model, messages: [], tools: 5 }),
    // @ts-expect-error nor is this a list of messages
    trimMessages(['hello'], { model }),
  ];
  expect(wrong).toThrow(/a message is not an object/);
});
