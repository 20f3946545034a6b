import { describe, expect, it, vi } from 'vitest';
import { AnswerBody } from './answer-body.ts';

function bodyWith(...pieces: readonly string[]) {
  const source = { resume: vi.fn<() => void>(), abort: vi.fn<() => void>() };
  const body = new AnswerBody(source);
  for (const piece of pieces) body.chunk(Buffer.from(piece));
  return { body, source };
}

describe('AnswerBody', () => {
  it('gives what came before and after it was asked for, whole', async () => {
    const early = bodyWith('{"a":', '1}');
    early.body.end();
    expect(await early.body.json()).toEqual({ a: 1 });
    const late = bodyWith('a');
    const text = late.body.text();
    late.body.chunk(Buffer.from('b'));
    late.body.end();
    expect(await text).toBe('ab');
    const empty = bodyWith();
    empty.body.end();
    expect(await empty.body.bytes()).toHaveLength(0);
  });

  it('gives a stream what waited, then what comes', async () => {
    const { body, source } = bodyWith('a', 'b');
    const read: string[] = [];
    for await (const chunk of body) {
      read.push(String(chunk));
      if (read.length === 2) {
        body.chunk(Buffer.from('c'));
        body.end();
      }
    }
    expect(read.join('')).toBe('abc');
    expect(source.resume).toHaveBeenCalled();
  });

  it('gives the rest of a stream that somebody has begun to read', async () => {
    const { body } = bodyWith('first', 'second');
    await new Promise<void>((resolve) => body.once('readable', resolve));
    expect(String(body.read(5))).toBe('first');
    body.end();
    expect(await body.text()).toBe('second');
  });

  it('pauses an answer that nobody reads, and lets it go on for who takes it whole', async () => {
    const { body, source } = bodyWith();
    expect(body.chunk(Buffer.alloc(64 * 1024 - 1))).toBe(true);
    expect(body.chunk(Buffer.alloc(1))).toBe(false);
    const bytes = body.bytes();
    expect(source.resume).toHaveBeenCalledOnce();
    expect(body.chunk(Buffer.alloc(1))).toBe(true);
    body.end();
    expect(await bytes).toHaveLength(64 * 1024 + 1);
  });

  it('can be taken once', async () => {
    const { body } = bodyWith('a');
    body.end();
    await body.text();
    await expect(body.text()).rejects.toThrow(TypeError);
    expect(body.destroyed).toBe(true);
  });

  it('fails who takes it, before and after, and breaks nothing where nobody does', async () => {
    const reason = new Error('cut');
    const before = bodyWith('a').body;
    before.fail(reason);
    await expect(before.text()).rejects.toBe(reason);
    const after = bodyWith('a').body;
    const text = after.text();
    after.fail(reason);
    await expect(text).rejects.toBe(reason);
    const odd = bodyWith().body;
    odd.fail('no error');
    await expect(odd.text()).rejects.toThrow('the call was ended');
  });

  it('drops the answer when it is destroyed, and says so to who waits for it', async () => {
    const { body, source } = bodyWith('a');
    const text = body.text();
    body.destroy();
    await expect(text).rejects.toThrow('destroyed before its end');
    expect(source.abort).toHaveBeenCalledOnce();
    const left = bodyWith('a');
    for await (const chunk of left.body) {
      expect(String(chunk)).toBe('a');
      break;
    }
    expect(left.source.abort).toHaveBeenCalledOnce();
  });
});
