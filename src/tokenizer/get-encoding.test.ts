import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { EncodingName } from './contract.ts';
import { ENCODING_NAMES, getEncoding } from './get-encoding.ts';

const o200k = getEncoding('o200k_base');

describe('getEncoding', () => {
  it('gives the same object for the same name', () => {
    expect(getEncoding('o200k_base')).toBe(o200k);
    expect(ENCODING_NAMES).toContain('p50k_edit');
  });

  it.each(['gpt2000', '__proto__', ''])('refuses %j and lists the names that there are', (name) => {
    expect(() => getEncoding(name as EncodingName)).toThrow(/There is no encoding .*o200k_base, o200k_harmony/);
  });

  it('shares its tables with threads that start later', async () => {
    const worker = new Worker(
      `import(${JSON.stringify(new URL('get-encoding.ts', import.meta.url).href)}).then(({ getEncoding }) => {
         const { parentPort, getEnvironmentData } = require('node:worker_threads');
         const shared = getEnvironmentData('fast-litellm/tokens/o200k_base');
         parentPort.postMessage([shared instanceof SharedArrayBuffer, getEncoding('o200k_base').count('Hello world')]);
       });`,
      { eval: true },
    );
    const answer = await new Promise((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
    });
    expect(answer).toEqual([true, 2]);
    await worker.terminate();
  });
});

describe('special tokens', () => {
  const text = 'a<|endoftext|>b';

  it('are refused unless something is said about them', () => {
    expect(() => o200k.encode(text)).toThrow(
      /special token "<\|endoftext\|>" of o200k_base. Pass it in allowedSpecial/,
    );
    expect(() => o200k.encode(text, { allowedSpecial: ['<|endofprompt|>'] })).toThrow(/endoftext/);
    expect(() => o200k.encode(text, { allowedSpecial: 'all', disallowedSpecial: ['b'] })).toThrow(/"b"/);
  });

  it('are read as such where they are allowed', () => {
    expect(o200k.encode(text, { allowedSpecial: 'all' })).toEqual([64, 199_999, 65]);
    expect(o200k.encode(text, { allowedSpecial: ['<|endoftext|>'] })).toEqual([64, 199_999, 65]);
    expect(getEncoding('o200k_harmony').encode('<|start|>user<|message|>hi<|end|>', { allowedSpecial: 'all' })).toEqual(
      [200_006, 1428, 200_008, 3686, 200_007],
    );
  });

  it('are ordinary text where they are neither allowed nor disallowed, and in counts', () => {
    const ordinary = o200k.encodeOrdinary(text);
    expect(ordinary.length).toBeGreaterThan(5);
    expect(o200k.encode(text, { disallowedSpecial: [] })).toEqual(ordinary);
    expect(o200k.count(text)).toBe(ordinary.length);
  });

  it('ignore what is no special token of the encoding', () => {
    expect(o200k.encode('abc', { allowedSpecial: ['abc', ''] })).toEqual(o200k.encodeOrdinary('abc'));
  });
});

describe('decode', () => {
  it('joins bytes before it reads them as text', () => {
    const ids = o200k.encodeOrdinary('👩‍👩‍👧');
    expect(ids.length).toBeGreaterThan(3);
    expect(o200k.decode(ids)).toBe('👩‍👩‍👧');
    expect(o200k.decode(ids.slice(0, 1))).toMatch(/\ufffd$/);
    expect([...o200k.decodeBytes([64, 199_999])]).toEqual([...Buffer.from('a<|endoftext|>')]);
  });

  it.each([-1, 1.5, 200_500, NaN, 199_998])('refuses the id %d', (id) => {
    expect(() => o200k.decode([id])).toThrow(`o200k_base has no token with the id ${String(id)}.`);
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [5, 'a number'],
    ['abc', 'a string'],
    [{}, 'an object'],
  ])('refuses %j, which is no list', (noList, kind) => {
    const refusal = { code: 'bad_request', message: `Only a list of token ids can be decoded; this is ${kind}.` };
    for (const call of [() => o200k.decode(noList as never), () => o200k.decodeBytes(noList as never)])
      expect(call).toThrow(expect.objectContaining(refusal));
  });
});

it.each([5, null, undefined, {}] as unknown as string[])('refuses %j, which is no text', (noText) => {
  const calls = [() => o200k.count(noText), () => o200k.encode(noText), () => o200k.encodeOrdinary(noText)];
  for (const call of calls) expect(call).toThrow(/Only a string can be encoded or counted/);
});

describe('lone surrogates', () => {
  it('count as U+FFFD, one each', () => {
    for (const text of ['\ud83d', '\ude00\ud83d', 'a\ud83db', `${'x'.repeat(70)}\ud800`]) {
      expect(o200k.encodeOrdinary(text)).toEqual(o200k.encodeOrdinary(text.toWellFormed()));
      expect(o200k.count(text)).toBe(o200k.count(text.toWellFormed()));
    }
  });

  it('wait for their other half in a stream', () => {
    const counter = o200k.streamCounter();
    counter.push('hi \ud83d');
    expect(counter.total()).toBe(o200k.count('hi \ufffd'));
    counter.push('\ude00 there');
    expect(counter.total()).toBe(o200k.count('hi 😀 there'));
  });
});

describe('claude', () => {
  const claude = getEncoding('claude');

  it('normalises to NFKC before it encodes', () => {
    expect(claude.encodeOrdinary('ﬁne ①')).toEqual(claude.encodeOrdinary('fine 1'));
    const counter = claude.streamCounter();
    for (const piece of ['e', '\u0301', ' ﬁ']) counter.push(piece);
    expect(counter.total()).toBe(claude.count('é fi'));
  });
});
