import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../protocol/json.ts';
import { estimateTokens, implicitOutputCap, sizeOfCall, type EstimatedCall } from './token-estimate.ts';

const chat = (content: JsonObject[string]): JsonObject => ({ messages: [{ role: 'user', content }] });
const characters = (body: JsonObject, kind: EstimatedCall): number => sizeOfCall(body, kind).characters;
const cap = (body: JsonObject, kind: EstimatedCall): number | null => sizeOfCall(body, kind).outputCap;

describe('sizeOfCall', () => {
  it('counts code points of the text that its kind of call has', () => {
    expect(characters(chat('😀😀'), 'chat')).toBe(2);
    expect(characters(chat([{ type: 'text', text: 'abc' }, { type: 'image_url' }]), 'chat')).toBe(3);
    expect(characters({ prompt: ['ab', [1, 2]] }, 'text')).toBe(2 + 6);
    expect(characters({ input: ['ab', 'c'] }, 'embedding')).toBe(3);
    expect(characters({ prompt: 'abc', input: 'x' }, 'unknown')).toBe(3);
    expect(characters({ prompt: 'abc' }, 'chat')).toBe(0);
    const google = { contents: [{ parts: [{ text: 'abc' }] }], systemInstruction: { parts: [{ text: 'de' }] } };
    expect(characters(google, 'google')).toBe(5);
    const searched = {
      role: 'tool',
      search_results: [{ source: 'ab', title: 'c', content: [{ text: 'd' }], citations: {} }],
    };
    expect(characters({ messages: [searched] }, 'chat')).toBe(6);
  });

  it('reads caps and counts of answers as Python would', () => {
    expect(cap({ max_tokens: 5, max_completion_tokens: '7.9' }, 'chat')).toBe(7);
    expect(cap({ max_tokens: 0 }, 'chat')).toBe(0);
    expect(cap({ max_tokens: true, max_output_tokens: 5 }, 'chat')).toBe(null);
    expect(cap({ max_tokens: '' }, 'chat')).toBe(null);
    expect(cap({ max_output_tokens: 5 }, 'responses')).toBe(16);
    expect(cap({ generationConfig: { maxOutputTokens: 9 } }, 'google')).toBe(9);
    expect(cap({ max_tokens: 5 }, 'embedding')).toBe(null);
    expect(sizeOfCall({ n: 2, best_of: '3' }, 'chat').candidates).toBe(3);
    expect(sizeOfCall({ n: -2, best_of: 'x' }, 'chat').candidates).toBe(1);
  });
});

describe('estimateTokens and implicitOutputCap', () => {
  const size = { kind: 'chat', characters: 400, outputCap: null, candidates: 1 } as const;

  it('takes the cap, the declared number, or the larger of input and floor', () => {
    expect(estimateTokens({ ...size, outputCap: 7, candidates: 3 }, 100, 50)).toEqual({ input: 100, output: 21 });
    expect(estimateTokens(size, 100, 50)).toEqual({ input: 100, output: 50 });
    expect(estimateTokens(size, 100, null)).toEqual({ input: 100, output: 100 });
    expect(estimateTokens(size, 1e6, null)).toEqual({ input: 100, output: 1024 });
    expect(estimateTokens({ ...size, kind: 'embedding' }, 100, 50)).toEqual({ input: 100, output: 0 });
    expect(estimateTokens({ ...size, characters: 0 }, 100, null)).toEqual({ input: 0, output: 0 });
    expect(estimateTokens({ ...size, characters: 1 }, 2, null)).toEqual({ input: 1, output: 1 });
  });

  it('caps a call without a cap under a small limit, in the field that its kind has', () => {
    expect(implicitOutputCap(size, 400, null)).toEqual({ path: ['max_tokens'], value: 100 });
    expect(implicitOutputCap(size, 400, 300)).toEqual({ path: ['max_tokens'], value: 300 });
    expect(implicitOutputCap({ ...size, kind: 'responses' }, 4, null)).toEqual({
      path: ['max_output_tokens'],
      value: 16,
    });
    expect(implicitOutputCap({ ...size, kind: 'google' }, 4, null)?.path).toEqual([
      'generationConfig',
      'maxOutputTokens',
    ]);
    expect(implicitOutputCap({ ...size, outputCap: 0 }, 4, null)).toBe(null);
    expect(implicitOutputCap({ ...size, kind: 'embedding' }, 4, null)).toBe(null);
    expect(implicitOutputCap(size, 4096, null)).toBe(null);
  });
});
