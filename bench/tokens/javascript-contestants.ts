/** How each JavaScript contestant counts: its fastest documented call that takes special tokens as ordinary text. */
import { load, loadOwn } from '../child/door.ts';
import type { CallInput, CallRow } from './protocol.ts';
import type { EncodingName } from './rows.ts';

export type Count = (text: string) => number;

interface Opened {
  /** After the import; what is left to load is loaded by the first count. */
  open(): Count;
}

/** Imports a contestant and nothing else. Packages of `bench/` are named at run time: a clone may not have them. */
export const IMPORTS: Readonly<Record<string, (encoding: EncodingName) => Promise<Opened>>> = {
  'fast-litellm': async (encoding) => {
    const { getEncoding } = await loadOwn<{ getEncoding: (name: string) => { count: Count } }>(
      'fast-litellm/tokenizer',
    );
    return {
      open: () => {
        const opened = getEncoding(encoding);
        return (text) => opened.count(text);
      },
    };
  },
  'gpt-tokenizer': async (encoding) => {
    const { countTokens } = await load<{
      countTokens: (text: string, options: { disallowedSpecial: Set<string> }) => number;
    }>(`gpt-tokenizer/encoding/${encoding}`);
    const options = { disallowedSpecial: new Set<string>() };
    return { open: () => (text) => countTokens(text, options) };
  },
  'ai-tokenizer': async (encoding) => {
    const { Tokenizer } = await load<{ Tokenizer: new (data: unknown) => { count: Count } }>('ai-tokenizer');
    const data = await load<unknown>(`ai-tokenizer/encoding/${encoding}`);
    return {
      open: () => {
        const tokenizer = new Tokenizer(data);
        return (text) => tokenizer.count(text);
      },
    };
  },
  'js-tiktoken': async (encoding) => {
    const { Tiktoken } = await load<{
      Tiktoken: new (ranks: unknown) => { encode(text: string, allowed: string[], disallowed: string[]): number[] };
    }>('js-tiktoken/lite');
    const ranks = await load<{ default: unknown }>(`js-tiktoken/ranks/${encoding}`);
    return {
      open: () => {
        const tiktoken = new Tiktoken(ranks.default);
        return (text) => tiktoken.encode(text, [], []).length;
      },
    };
  },
  'tiktoken-wasm': async (encoding) => {
    const { get_encoding: getEncoding } = await load<{
      get_encoding: (name: string) => { encode_ordinary(text: string): Uint32Array };
    }>('tiktoken');
    return {
      open: () => {
        const tiktoken = getEncoding(encoding);
        return (text) => tiktoken.encode_ordinary(text).length;
      },
    };
  },
};

/** The functions behind the call-by-call rows. */
export async function openCalls(input: CallInput): Promise<Readonly<Record<CallRow, () => number>>> {
  const { model, messages, response } = input;
  const library = await loadOwn<{
    tokenCounter(request: object): number;
    completionCost(question: object): number;
  }>('fast-litellm');
  return {
    'calls/tokenCounter': () => library.tokenCounter({ model, messages }),
    'calls/completionCost': () => library.completionCost({ completionResponse: response, model }),
  };
}
