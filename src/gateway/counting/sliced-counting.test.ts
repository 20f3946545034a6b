import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CountRequest } from '../../tokenizer/chat/contract.ts';
import { createModelTokenCounter } from '../../tokenizer/chat/model-token-counter.ts';
import type { BackgroundCounter, Encoding } from '../../tokenizer/contract.ts';
import { SlicedCounting } from './sliced-counting.ts';

const families = {
  version: 1,
  isOpenaiModel: (model: string) => model.startsWith('gpt'),
  isAnthropicModel: (model: string) => model.startsWith('claude'),
  isCohereModel: () => false,
};

/** A token for every four characters that were begun; notes how much was encoded between two turns. */
class Bench {
  readonly encodedPerTurn: number[] = [0];
  readonly encoding: (name: string) => Encoding = (name) => ({
    name,
    specialTokens: new Map(),
    count: (text) => this.#encode(text),
    encode: () => [],
    encodeOrdinary: () => [],
    decode: () => '',
    decodeBytes: () => new Uint8Array(),
    isWithinLimit: () => false,
    streamCounter: () => ({ push: () => undefined, total: () => 0 }),
    countInSlices: (text, sliceBytes) => this.#slices(text, sliceBytes ?? 1),
  });
  readonly counting = new SlicedCounting({
    encoding: this.encoding,
    families,
    nextTurn: async () => {
      this.encodedPerTurn.push(0);
    },
  });
  readonly direct = createModelTokenCounter({ families, encoding: this.encoding, mode: 'litellm' });

  get turns(): number {
    return this.encodedPerTurn.length - 1;
  }

  #encode(text: string): number {
    const last = this.encodedPerTurn.length - 1;
    this.encodedPerTurn[last] = (this.encodedPerTurn[last] ?? 0) + text.length;
    return Math.ceil(text.length / 4);
  }

  *#slices(text: string, sliceBytes: number): Generator<undefined, number, undefined> {
    for (let at = 0; at < text.length; at += sliceBytes) {
      this.#encode(text.slice(at, at + sliceBytes));
      yield undefined;
    }
    return Math.ceil(text.length / 4);
  }
}

const chat = (model: string, texts: readonly string[]): CountRequest => ({
  model,
  messages: texts.map((content) => ({ role: 'user', content })),
});

describe('SlicedCounting', () => {
  it('counts a small chat at once', async () => {
    const bench = new Bench();
    expect(await bench.counting.count(chat('gpt-4o', ['hello', 'there']))).toBe(
      bench.direct.count(chat('gpt-4o', ['hello', 'there'])),
    );
    expect(bench.turns).toBe(0);
  });

  it.each([
    ['one long text in chunks', chat('gpt-4o', ['a'.repeat(300_000)])],
    ['one long text whole', chat('claude-2', ['a'.repeat(300_000)])],
    ['a sampled text', { model: 'gpt-4o', text: 'ab'.repeat(2_500_000) }],
    [
      'very many small texts',
      chat(
        'gpt-4o',
        Array.from({ length: 20_000 }, () => 'hello there'),
      ),
    ],
  ])('gives the same number, and encodes little in one turn: %s', async (_name, request) => {
    const bench = new Bench();
    const wanted = bench.direct.count({ ...request, compat: 'litellm' });
    bench.encodedPerTurn.splice(0, Infinity, 0);
    expect(await bench.counting.count(request)).toBe(wanted);
    expect(bench.turns).toBeGreaterThan(10);
    expect(Math.max(...bench.encodedPerTurn)).toBeLessThanOrEqual(2 * 16_384);
  });

  it('gives the number of the plain counter for any texts', async () => {
    const text = fc.string({ maxLength: 60 }).map((piece) => piece.repeat(400));
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { maxLength: 6 }),
        fc.constantFrom('gpt-4o', 'claude-2', 'x'),
        async (texts, model) => {
          const bench = new Bench();
          const request = chat(model, texts);
          expect(await bench.counting.count(request)).toBe(bench.direct.count(request));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('counts that overlap do not disturb each other', async () => {
    const bench = new Bench();
    const requests = [1, 2, 3].map((times) => chat('gpt-4o', ['a'.repeat(50_000 * times), 'b'.repeat(40_000)]));
    const counts = await Promise.all(requests.map((request) => bench.counting.count(request)));
    expect(counts).toEqual(requests.map((request) => bench.direct.count(request)));
  });

  it('tells what cannot be counted', async () => {
    await expect(
      new Bench().counting.count({ model: 'gpt-4o', messages: [{ role: 'user', content: [5] }] }),
    ).rejects.toThrow(/content/i);
  });

  it("names the kind of tokenizer in LiteLLM's words", () => {
    const { counting } = new Bench();
    expect(counting.tokenizerType('gpt-4o')).toBe('openai_tokenizer');
    expect(counting.tokenizerType('claude-2')).toBe('huggingface_tokenizer');
  });
});

describe('a tokenizer that counts elsewhere', () => {
  /** A token for every character, so that it cannot be taken for the stand-in. */
  class Elsewhere implements BackgroundCounter {
    readonly name = 'elsewhere';
    readonly calls: string[][] = [];
    isLost = false;
    async counts(texts: readonly string[]): Promise<readonly number[]> {
      this.calls.push([...texts]);
      if (this.isLost) throw new Error('lost');
      return texts.map((text) => text.length);
    }
  }
  const wanted = (request: CountRequest): number => {
    const tokenizer = {
      name: 'plain',
      count: (text: string) => text.length,
      encodeOrdinary: () => [],
      decode: () => '',
    };
    return new Bench().direct.count({ ...request, compat: 'litellm', customTokenizer: tokenizer });
  };

  it.each([
    ['a small chat', chat('x', ['hello', 'there'])],
    ['long texts, whole', chat('gpt-4o', ['a'.repeat(50_000), 'short', 'b'.repeat(20_000)])],
    ['a sampled text', { model: 'x', text: 'a😀'.repeat(2_100_000) }],
  ])('gets the texts of a count in one call: %s', async (_name, request) => {
    const elsewhere = new Elsewhere();
    expect(await new Bench().counting.count(request, elsewhere)).toBe(wanted(request));
    expect(elsewhere.calls).toHaveLength(1);
  });

  it('leaves the count to the stand-in when it is lost', async () => {
    const elsewhere = new Elsewhere();
    elsewhere.isLost = true;
    const bench = new Bench();
    const request = chat('x', ['hello there']);
    expect(await bench.counting.count(request, elsewhere)).toBe(bench.direct.count(request));
  });

  it('is the one of the hub that the rules name, once it is loaded', async () => {
    const elsewhere = new Elsewhere();
    let loaded: BackgroundCounter | null = null;
    const { encoding, direct } = new Bench();
    const counting = new SlicedCounting({ families, encoding, hubTokenizer: () => loaded });
    const request = chat('llama-3-70b', ['hello there']);
    expect([await counting.count(request), counting.tokenizerType('llama-3-70b')]).toEqual([
      direct.count(request),
      'openai_tokenizer',
    ]);
    loaded = elsewhere;
    expect([await counting.count(request), counting.tokenizerType('llama-3-70b')]).toEqual([
      wanted(request),
      'huggingface_tokenizer',
    ]);
    expect(counting.tokenizerType('gpt-4o')).toBe('openai_tokenizer');
    expect(counting.tokenizerType('gpt-4o', elsewhere)).toBe('huggingface_tokenizer');
  });
});

describe('encodings', () => {
  it('are opened beside the event loop before they count, once', async () => {
    const opened: string[] = [];
    const { encoding } = new Bench();
    const counting = new SlicedCounting({
      families,
      encoding: (name) => {
        expect(opened).toContain(name);
        return encoding(name);
      },
      loadEncoding: async (name) => {
        opened.push(name);
      },
    });
    for (const model of ['gpt-4o', 'gpt-4o', 'x', 'claude-2', 'x']) await counting.count(chat(model, ['hello']));
    expect(opened).toEqual(['o200k_base', 'cl100k_base', 'claude']);
  });
});
