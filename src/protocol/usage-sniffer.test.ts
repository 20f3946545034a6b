import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { scanShallow, tryScanShallow, type ShallowScan } from './shallow-json-scanner.ts';
import { errorMember, finishReasonSeen, isUsageOnlyChunk, sniffUsage, usageMember } from './usage-sniffer.ts';

function of<Result>(read: (buffer: Buffer, scan: ShallowScan) => Result, document: unknown): Result {
  const buffer = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  return read(buffer, scanShallow(buffer));
}

const zero = {
  promptTokens: 0,
  completionTokens: 0,
  totalTokens: 0,
  cachedTokens: 0,
  cacheCreationTokens: 0,
  reasoningTokens: 0,
};

describe('sniffUsage', () => {
  it('reads chat usage with its details', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 20,
      total_tokens: 30,
      prompt_tokens_details: { cached_tokens: 4, cache_creation_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: 7 },
    };
    expect(of(sniffUsage, { id: 'x', choices: [], usage })).toEqual({
      promptTokens: 10,
      completionTokens: 20,
      totalTokens: 30,
      cachedTokens: 4,
      cacheCreationTokens: 3,
      reasoningTokens: 7,
    });
  });

  it('reads embeddings, where there is no completion', () => {
    const counts = of(sniffUsage, { object: 'list', data: [], usage: { prompt_tokens: 5, total_tokens: 5 } });
    expect(counts).toEqual({ ...zero, promptTokens: 5, totalTokens: 5 });
  });

  it('reads the Responses API, as a body and as the event that ends a stream', () => {
    const usage = {
      input_tokens: 3,
      output_tokens: 4,
      total_tokens: 7,
      input_tokens_details: { cached_tokens: 1 },
      output_tokens_details: { reasoning_tokens: 2 },
    };
    const expected = {
      ...zero,
      promptTokens: 3,
      completionTokens: 4,
      totalTokens: 7,
      cachedTokens: 1,
      reasoningTokens: 2,
    };
    expect(of(sniffUsage, { id: 'resp_1', usage })).toEqual(expected);
    expect(of(sniffUsage, { type: 'response.completed', response: { id: 'resp_1', output: [{}], usage } })).toEqual(
      expected,
    );
  });

  it('reads the cache counts that Anthropic writes beside the others', () => {
    const usage = { input_tokens: 1, output_tokens: 1, cache_read_input_tokens: 8, cache_creation_input_tokens: 9 };
    expect(of(sniffUsage, { usage })).toMatchObject({ totalTokens: 2, cachedTokens: 8, cacheCreationTokens: 9 });
  });

  it('takes what is odd as nothing', () => {
    expect(of(sniffUsage, { usage: null })).toBeNull();
    expect(of(sniffUsage, { usage: [1] })).toBeNull();
    expect(of(sniffUsage, { response: { usage: 'x' } })).toBeNull();
    expect(of(sniffUsage, { choices: [{ usage: { prompt_tokens: 1 } }] })).toBeNull();
    expect(of(sniffUsage, { usage: { prompt_tokens: '5', completion_tokens: -1, total_tokens: null } })).toEqual(zero);
    expect(of(sniffUsage, '{"usage":{"__proto__":{"prompt_tokens":5},"prompt_tokens_details":7}}')).toEqual(zero);
  });

  it('reads the last of several usages, as a parser does', () => {
    const twice = '{"usage":{"prompt_tokens":1},"usage":{"prompt_tokens":2}}';
    expect(of(sniffUsage, twice)?.promptTokens).toBe(2);
    expect(of(usageMember, twice)).toEqual({ prompt_tokens: 2 });
  });

  it('parses only the usage', () => {
    const parse = vi.spyOn(JSON, 'parse');
    of(sniffUsage, { choices: [{ message: { content: 'x'.repeat(1000) } }], usage: { prompt_tokens: 1 } });
    expect(parse.mock.calls.map(([text]) => text)).toEqual(['{"prompt_tokens":1}']);
    parse.mockRestore();
  });
});

describe('finishReasonSeen', () => {
  it.each([
    ['a reason', '{"choices":[{"index":0,"finish_reason":"stop"}]}', true],
    ['the reason of the second choice', '{"choices":[{"finish_reason":null},{"finish_reason" :\n "length"}]}', true],
    ['null', '{"choices":[{"delta":{},"finish_reason" : null}]}', false],
    ['no choices', '{"choices":[]}', false],
    ['a content that says so', JSON.stringify({ choices: [{ delta: { content: '"finish_reason":"stop"' } }] }), false],
    ['a content that is the name', '{"choices":[{"delta":{"content":"finish_reason"},"finish_reason":null}]}', false],
    ['a reason outside of the choices', '{"choices":[{"finish_reason":null}],"x":{"finish_reason":"stop"}}', false],
  ])('answers for %s', (_, document, expected) => {
    expect(of(finishReasonSeen, document)).toBe(expected);
  });
});

describe('isUsageOnlyChunk', () => {
  it('wants usage and no choices', () => {
    expect(of(isUsageOnlyChunk, '{"choices":[ ],"usage":{}}')).toBe(true);
    expect(of(isUsageOnlyChunk, '{"usage":{}}')).toBe(true);
    expect(of(isUsageOnlyChunk, '{"choices":[],"usage":null}')).toBe(false);
    expect(of(isUsageOnlyChunk, '{"choices":[{}],"usage":{}}')).toBe(false);
  });
});

describe('errorMember', () => {
  it('returns the error, and null for none', () => {
    expect(of(errorMember, { error: { message: 'no', code: 400 } })).toEqual({ message: 'no', code: 400 });
    expect(of(errorMember, { error: 'text' })).toBe('text');
    expect(of(errorMember, { error: null })).toBeNull();
    expect(of(errorMember, { choices: [{ error: 1 }] })).toBeNull();
  });
});

it('never throws, whatever the document is', () => {
  const key = fc.constantFrom('usage', 'choices', 'error', 'response', 'finish_reason', 'x');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.jsonValue(), fc.dictionary(key, tie('value')), fc.array(tie('value'))),
  }));
  fc.assert(
    fc.property(value, (document) => {
      const buffer = Buffer.from(JSON.stringify(document) ?? 'null');
      const scan = tryScanShallow(buffer);
      expect(scan).not.toBeNull();
      if (scan === null) return;
      for (const read of [sniffUsage, usageMember, finishReasonSeen, isUsageOnlyChunk, errorMember])
        expect(() => read(buffer, scan)).not.toThrow();
    }),
  );
});
