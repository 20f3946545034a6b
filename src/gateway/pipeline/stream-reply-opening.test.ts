/** Events that come before the first content of a stream: what is kept, how much, and what it costs. */
import { describe, expect, test, vi } from 'vitest';
import { RecordingPort } from '../../../test/support/recording-port.ts';
import { COMPLETION_CHUNKS, RESPONSES_EVENTS, type StreamDialect } from './stream-dialect.ts';
import { StreamReply, type StreamReplyOptions } from './stream-reply.ts';

const ROLE =
  'data: {"id":"c1","model":"up","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n';
const EMPTY = 'data: {"id":"c1","model":"up","choices":[{"index":0,"delta":{},"finish_reason":null}]}\n\n';
const NO_CHOICES = 'data: {"id":"c1","model":"up","choices":[],"prompt_filter_results":[]}\n\n';
const says = (text: string): string =>
  `data: {"id":"c1","model":"up","choices":[{"index":0,"delta":{"content":"${text}"},"finish_reason":null}]}\n\n`;
const STOP = 'data: {"id":"c1","model":"up","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const USAGE = 'data: {"id":"c1","model":"up","choices":[],"usage":{"total_tokens":5}}\n\n';
const DONE = 'data: [DONE]\n\n';

function reply(port: RecordingPort, options: Partial<StreamReplyOptions> = {}): StreamReply {
  return new StreamReply(port, {
    clientModel: null,
    includeUsage: true,
    dialect: COMPLETION_CHUNKS,
    convert: null,
    chunkUsage: null,
    countUsage: null,
    status: 200,
    ...options,
  });
}

/** Each piece in a turn of its own. */
async function push(to: StreamReply, text: string, size = Number.POSITIVE_INFINITY): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    to.onData(bytes.subarray(at, at + size));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('what comes before the first content', () => {
  test.each([
    ['\n', Number.POSITIVE_INFINITY],
    ['\n', 1],
    ['\r\n', 1],
    ['\r\n', 7],
    ['\r', 1],
  ])('leaves with it, unchanged, in order and in one write (line ends %j, cut every %s bytes)', async (end, size) => {
    const port = new RecordingPort();
    const to = reply(port);
    const opening = (ROLE + EMPTY + NO_CHOICES).replaceAll('\n', end);
    await push(to, opening, size);
    expect([port.exchange.headSent, port.exchange.parts, port.contentCount]).toEqual([false, [], 0]);
    const content = says('Grüße').replaceAll('\n', end);
    await push(to, content, size);
    // The last LF of a CRLF comes behind the event that its CR has ended.
    const late = end === '\r\n' && size === 1 ? 1 : 0;
    expect(port.exchange.parts[0]?.toString()).toBe((opening + content).slice(0, -late || undefined));
    expect([port.exchange.headSent, port.contentCount]).toEqual([true, 1]);
    const rest = (STOP + USAGE + DONE).replaceAll('\n', end);
    await push(to, rest, size);
    to.onEnd();
    expect(port.exchange.text).toBe(opening + content + rest);
    expect(port.usage).toEqual({ total_tokens: 5 });
  });

  test('without content ends in a failure of which the client has nothing', async () => {
    const port = new RecordingPort();
    const to = reply(port);
    await push(to, ROLE + EMPTY);
    to.onEnd();
    expect([port.failure?.code, port.exchange.headSent, port.exchange.text]).toEqual(['api_connection', false, '']);
  });

  test('comments are no part of it', async () => {
    const port = new RecordingPort();
    const to = reply(port);
    await push(to, ROLE);
    for (let count = 0; count < 1000; count++) await push(to, `: ${'x'.repeat(1000)}\n\n`);
    expect([port.exchange.headSent, port.contentCount]).toEqual([false, 0]);
    await push(to, says('a'));
    expect(port.exchange.text).toBe(ROLE + says('a'));
  });

  test.each<[string, string]>([
    ['the end mark', DONE],
    ['a finish reason', STOP],
    ['usage', USAGE],
  ])('leaves with %s, too', async (_name, last) => {
    const port = new RecordingPort();
    await push(reply(port), ROLE + last);
    expect(port.exchange.text).toBe(ROLE + last);
  });

  test('usage that the client did not ask for lets it go, and stays out', async () => {
    const port = new RecordingPort();
    await push(reply(port, { includeUsage: false }), ROLE + NO_CHOICES + USAGE);
    expect(port.exchange.text).toBe(ROLE);
  });

  test('an event that is damaged is left out and is no content', async () => {
    const port = new RecordingPort();
    const to = reply(port);
    const long = 'x'.repeat(60);
    await push(to, `${ROLE}data: {"choices":[\n\ndata: {"choices":[{"delta":{"content":"${long}\u0001"}}]}\n\n`);
    expect([port.exchange.headSent, port.contentCount]).toEqual([false, 0]);
    await push(to, says('a'));
    expect(port.exchange.text).toBe(ROLE + says('a'));
  });
});

describe('how much is kept', () => {
  test('32 events; the next one lets all of them go', async () => {
    const port = new RecordingPort();
    const to = reply(port);
    for (let count = 0; count < 32; count++) await push(to, EMPTY);
    expect([port.exchange.headSent, port.contentCount]).toEqual([false, 0]);
    await push(to, EMPTY);
    expect([port.exchange.parts.length, port.exchange.text, port.contentCount]).toEqual([1, EMPTY.repeat(33), 1]);
  });

  test('events that are left out take no room', async () => {
    const port = new RecordingPort();
    const to = reply(port, { includeUsage: false });
    for (let count = 0; count < 1000; count++) await push(to, NO_CHOICES);
    expect([port.exchange.headSent, port.contentCount]).toEqual([false, 0]);
  });

  test('256 KB; the event that exceeds them lets all of them go', async () => {
    const port = new RecordingPort();
    const to = reply(port, { dialect: RESPONSES_EVENTS });
    const created = (bytes: number): string => {
      const event = (padding: string): string =>
        `data: {"type":"response.created","response":{"instructions":"${padding}"}}\n\n`;
      return event('x'.repeat(bytes - event('').length));
    };
    await push(to, created(128 * 1024) + created(128 * 1024));
    expect(port.exchange.headSent).toBe(false);
    await push(to, created(100));
    expect([port.exchange.parts.length, port.exchange.text.length]).toEqual([1, 256 * 1024 + 100]);
  });
});

/** Chat chunks, and how often one of them was looked into. */
function countingDialect(): { dialect: StreamDialect; looks: () => number } {
  let looks = 0;
  const hasContent: StreamDialect['hasContent'] = (event, scan) => {
    looks += 1;
    return COMPLETION_CHUNKS.hasContent(event, scan);
  };
  return { dialect: { ...COMPLETION_CHUNKS, hasContent }, looks: () => looks };
}

describe('what it costs', () => {
  test('no event is looked into after the first content', async () => {
    const { dialect, looks } = countingDialect();
    const port = new RecordingPort();
    const to = reply(port, { dialect });
    await push(to, ROLE + says('a').repeat(1000) + STOP + DONE);
    expect([looks(), port.contentCount]).toEqual([2, 1002]);
  });

  test('nor after the bound was reached', async () => {
    const { dialect, looks } = countingDialect();
    const to = reply(new RecordingPort(), { dialect });
    await push(to, EMPTY.repeat(1000));
    expect(looks()).toBe(33);
  });

  test('choices and items of more than 4 KB are content, and not parsed to find out', async () => {
    const parse = vi.spyOn(JSON, 'parse');
    const padding = 'x'.repeat(5000);
    const chat = new RecordingPort();
    await push(reply(chat), says(padding));
    const responses = new RecordingPort();
    const item = `{"type":"response.output_item.added","item":{"type":"message","id":"${padding}","content":[]}}`;
    await push(reply(responses, { dialect: RESPONSES_EVENTS }), `data: ${item}\n\n`);
    const parsed = parse.mock.calls.map(([text]) => text.length);
    parse.mockRestore();
    expect([chat.exchange.headSent, responses.exchange.headSent]).toEqual([true, true]);
    expect(Math.max(0, ...parsed)).toBeLessThan(100);
  });

  test('chunks that wait are not copied before they leave', async () => {
    const concat = vi.spyOn(Buffer, 'concat');
    const to = reply(new RecordingPort());
    for (let count = 0; count < 20; count++) await push(to, EMPTY);
    const before = concat.mock.calls.length;
    await push(to, says('a'));
    const after = concat.mock.calls.length;
    concat.mockRestore();
    // The port of the test joins what it is given once more.
    expect([before, after]).toEqual([0, 2]);
  });
});
