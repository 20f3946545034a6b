import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type SseEvent, SseEventTooLargeError, type SseSink, SseSplitter } from './sse-event-splitter.ts';

interface Seen {
  readonly events: { name: string; data: string; raw: string; done: boolean; terminated: boolean; dataLines: number }[];
  readonly comments: string[];
  readonly order: string[];
  /** Buffers that held an event. */
  readonly buffers: Buffer[];
}

function recorder(): Seen & SseSink {
  const seen: Seen = { events: [], comments: [], order: [], buffers: [] };
  return {
    ...seen,
    onEvent(event: SseEvent) {
      const raw = event.raw().toString();
      const data = event.data().toString();
      const { name, isDone: done, terminated, dataLines } = event;
      seen.events.push({ name, data, raw, done, terminated, dataLines });
      seen.order.push(raw);
      seen.buffers.push(event.buffer);
    },
    onComment(buffer: Buffer, start: number, end: number) {
      const raw = buffer.toString('utf8', start, end);
      seen.comments.push(raw);
      seen.order.push(raw);
    },
  };
}

function split(chunks: readonly Buffer[], maxEventBytes?: number): Seen {
  const sink = recorder();
  const splitter = new SseSplitter(maxEventBytes);
  for (const chunk of chunks) splitter.push(chunk, sink);
  splitter.finish(sink);
  return sink;
}

const one = (text: string): Buffer[] => [Buffer.from(text)];
const bytewise = (text: string): Buffer[] => Array.from(Buffer.from(text), (byte) => Buffer.from([byte]));

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes.length === 0 ? bytes.length : (sizes[i % sizes.length] ?? 1));
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** The standard, read literally, on the whole text. */
function naive(text: string): { name: string; data: string }[] {
  const events: { name: string; data: string }[] = [];
  let name = '';
  let data: string[] = [];
  let fields = 0;
  const flush = (): void => {
    if (fields > 0) events.push({ name, data: data.join('\n') });
    name = '';
    data = [];
    fields = 0;
  };
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    if (line === '') flush();
    else if (!line.startsWith(':')) {
      fields++;
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
      if (field === 'data') data.push(value);
      if (field === 'event') name = value;
    }
  }
  flush();
  return events;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('SseSplitter', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('reads events with %s line ends, whole and byte by byte', (_, eol) => {
    const text = `data: {"a":1}${eol}${eol}event: delta${eol}data: zwei ü 🌍${eol}${eol}data: [DONE]${eol}${eol}`;
    for (const seen of [split(one(text)), split(bytewise(text))]) {
      expect(seen.events.map(({ name, data, done }) => [name, data, done])).toEqual([
        ['', '{"a":1}', false],
        ['delta', 'zwei ü 🌍', false],
        ['', '[DONE]', true],
      ]);
      expect(seen.order.join('')).toBe(text);
      expect(seen.events.every((event) => event.terminated)).toBe(true);
    }
  });

  it('joins several data lines with a line feed', () => {
    const seen = split(one('data: a\r\ndata\ndata:  b\nid: 7\n\n'));
    expect(seen.events).toMatchObject([{ data: 'a\n\n b', dataLines: 3 }]);
  });

  it('reports comments apart from events, and surplus blank lines with them', () => {
    const seen = split(one(': ping\n\n\ndata: x\n: inside\n\n'));
    expect(seen.comments).toEqual([': ping\n\n', '\n']);
    expect(seen.events).toMatchObject([{ data: 'x', raw: 'data: x\n: inside\n\n' }]);
  });

  it('skips a byte order mark at the start only', () => {
    for (const chunks of [one('\uFEFFdata: a\n\n\uFEFFdata: b\n\n'), bytewise('\uFEFFdata: a\n\n\uFEFFdata: b\n\n')]) {
      expect(split(chunks).events.map(({ data, dataLines }) => [data, dataLines])).toEqual([
        ['a', 1],
        ['', 0],
      ]);
    }
    expect(split(one('\uFEFFdata: a\ndata: b\n\n')).events).toMatchObject([{ data: 'a\nb' }]);
  });

  it('delivers an event that the end of the stream cut off, flagged', () => {
    expect(split(one('data: a\n\ndata: b')).events).toMatchObject([
      { data: 'a', terminated: true },
      { data: 'b', terminated: false },
    ]);
    expect(split(one('data: b\n')).events).toMatchObject([{ data: 'b', terminated: false }]);
  });

  it('reports an event when the CR of its blank line is there, without waiting for the LF', () => {
    const sink = recorder();
    const splitter = new SseSplitter();
    splitter.push(Buffer.from('data: a\r\n\r'), sink);
    expect(sink.events).toHaveLength(1);
    splitter.push(Buffer.from('\ndata: b\r\n\r\n'), sink);
    expect(sink.events.map((event) => event.data)).toEqual(['a', 'b']);
    expect(sink.order.join('')).toBe('data: a\r\n\r\ndata: b\r\n\r\n');
  });

  it('takes only whole field names', () => {
    expect(split(one('database: 1\nevents: 2\ndat: 3\n\n')).events).toMatchObject([
      { name: '', data: '', dataLines: 0 },
    ]);
  });

  it('recognises the end mark only at the beginning of the payload', () => {
    const done = split(one('data:[DONE]\n\ndata: "[DONE]"\n\ndata: [DON\n\n')).events.map((event) => event.done);
    expect(done).toEqual([true, false, false]);
  });

  it('refuses an event beyond the bound, whether it lies in one chunk or comes in pieces', () => {
    const big = `data: ${'x'.repeat(200)}\n\n`;
    expect(() => split(one(big), 100)).toThrow(SseEventTooLargeError);
    expect(() => split(bytewise(big), 100)).toThrow('larger than 100 bytes');
    expect(() => split(one('data: endless '.repeat(20)), 100)).toThrow(SseEventTooLargeError);
    expect(split(one('data: ok\n\n'.repeat(50)), 100).events).toHaveLength(50);
  });

  it('agrees with a literal reading of the standard for any cut of any stream', () => {
    const fields = ['data: ', 'data:', 'data', 'event: ', 'event:', 'id: 1', ':', ': c', 'retry: 5'];
    const lineEnds = ['\n', '\n\n', '\r\n', '\r\n\r\n', '\r', '\r\r'];
    const values = ['x', ' ', 'é', '🌍', '{"a":"b:c"}', '[DONE]', '\uFEFF'];
    const piece = fc.constantFrom(...fields, ...lineEnds, ...values);
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), sizes, (pieces, cuts) => {
        const text = pieces.join('');
        const seen = split(cut(Buffer.from(text), cuts));
        expect(seen.order.join('')).toBe(text);
        expect(seen.events.map(({ name, data }) => ({ name, data }))).toEqual(naive(text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('cost of SseSplitter', () => {
  it('takes events that lie in one chunk as views of it, without a copy', () => {
    const copies = vi.spyOn(Buffer.prototype, 'copy');
    const joins = vi.spyOn(Buffer, 'concat');
    const allocations = vi.spyOn(Buffer, 'allocUnsafe');
    const chunk = Buffer.from('data: {"a":"b"}\n\n'.repeat(100));
    const seen = split([chunk]);
    expect(seen.buffers).toHaveLength(100);
    expect(seen.buffers.every((buffer) => buffer === chunk)).toBe(true);
    expect([copies, joins, allocations].map((spy) => spy.mock.calls.length)).toEqual([0, 0, 0]);
  });

  it('copies at most three bytes for each byte of an event that comes in single bytes', () => {
    const text = `data: ${'x'.repeat(100_000)}\n\n`;
    const chunks = bytewise(text);
    const copy = vi.spyOn(Buffer.prototype as Buffer, 'copy');
    expect(split(chunks).events).toHaveLength(1);
    const copied = copy.mock.results.reduce((sum, { value }) => sum + Number(value), 0);
    expect(copied).toBeGreaterThanOrEqual(text.length);
    expect(copied).toBeLessThanOrEqual(3 * text.length);
  });

  it('searches each chunk once for a CR that is not there', () => {
    const indexOf = vi.spyOn(Buffer.prototype, 'indexOf');
    split([Buffer.from('data: {"a":"b"}\n\n'.repeat(100))]);
    const searches = indexOf.mock.calls.filter(([byte]) => Number(byte) === 13);
    expect(searches).toHaveLength(1);
  });
});
