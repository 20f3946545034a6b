/** How each JavaScript library completes a chat: its documented call, the answer's text taken out of what it returns. */
import { load, loadOwn } from '../child/door.ts';
import type { CompletionInput, CompletionRow } from './protocol.ts';

/** @returns the text of the answer */
export type Complete = () => Promise<string>;
type Completers = Readonly<Partial<Record<CompletionRow, Complete>>>;

const KEY = 'sk-bench';

export const LIBRARIES: Readonly<Record<string, (input: CompletionInput) => Promise<Completers>>> = {
  'fast-litellm': async ({ baseUrl, model, messages, mockText }) => {
    const { completion } = await loadOwn<{ completion: ChatCall }>('fast-litellm');
    const call = { model: `openai/${model}`, messages, apiBase: baseUrl, apiKey: KEY };
    return {
      'completion/mock': async () => textOf(await completion({ ...call, mockResponse: mockText })),
      'completion/provider': async () => textOf(await completion(call)),
      'completion/stream': async () => textOfChunks(await completion({ ...call, stream: true })),
    };
  },
  openai: async ({ baseUrl, model, messages }) => {
    const { default: OpenAI } = await load<{ default: new (options: object) => OpenAiClient }>('openai');
    const { completions } = new OpenAI({ baseURL: baseUrl, apiKey: KEY }).chat;
    return {
      'completion/provider': async () => textOf(await completions.create({ model, messages })),
      'completion/stream': async () => textOfChunks(await completions.create({ model, messages, stream: true })),
    };
  },
  'litellm-npm': async ({ baseUrl, model, messages }) => {
    const { completion } = await load<{ completion: ChatCall }>('litellm');
    const call = { model, messages, baseUrl, apiKey: KEY };
    return {
      'completion/provider': async () => textOf(await completion(call)),
      'completion/stream': async () => textOfChunks(await completion({ ...call, stream: true })),
    };
  },
  ai: async ({ baseUrl, model, messages, mockText }) => {
    const [{ generateText, streamText }, { createOpenAI }, { MockLanguageModelV4: MockModel }] = await Promise.all([
      load<AiPackage>('ai'),
      load<{ createOpenAI: (options: object) => { chat(name: string): unknown } }>('@ai-sdk/openai'),
      load<{ MockLanguageModelV4: new (options: object) => unknown }>('ai/test'),
    ]);
    const provider = createOpenAI({ baseURL: baseUrl, apiKey: KEY }).chat(model);
    const mock = new MockModel({ doGenerate: async () => Promise.resolve(aiAnswer(mockText)) });
    return {
      'completion/mock': async () => (await generateText({ model: mock, messages })).text,
      'completion/provider': async () => (await generateText({ model: provider, messages })).text,
      'completion/stream': async () => {
        let text = '';
        for await (const part of streamText({ model: provider, messages }).textStream) text += part;
        return text;
      },
    };
  },
};

interface Chat {
  readonly choices: readonly { readonly message: { readonly content: string } }[];
}
type Chunks = AsyncIterable<{ readonly choices: readonly { readonly delta?: { readonly content?: string | null } }[] }>;
interface ChatCall {
  (call: { readonly stream: true; readonly [member: string]: unknown }): Promise<Chunks>;
  (call: object): Promise<Chat>;
}

interface OpenAiClient {
  readonly chat: { readonly completions: { readonly create: ChatCall } };
}

interface AiPackage {
  readonly generateText: (call: object) => Promise<{ readonly text: string }>;
  readonly streamText: (call: object) => { readonly textStream: AsyncIterable<string> };
}

function aiAnswer(text: string): object {
  return {
    content: [{ type: 'text', text }],
    finishReason: { unified: 'stop', raw: 'stop' },
    usage: { inputTokens: { total: 10, noCache: 10 }, outputTokens: { total: 20, text: 20 } },
    warnings: [],
  };
}

function textOf({ choices }: Chat): string {
  return choices[0]?.message.content ?? '';
}

async function textOfChunks(chunks: Chunks): Promise<string> {
  let text = '';
  for await (const { choices } of chunks) text += choices[0]?.delta?.content ?? '';
  return text;
}
