/** `node src/protocol/sse-event-splitter.bench.ts`: a stream of 250-byte events, by size of the chunks it arrives in. */
import { bench, do_not_optimize, group, run, summary } from 'mitata';
import { scanShallow } from './shallow-json-scanner.ts';
import { type SseSink, SseSplitter } from './sse-event-splitter.ts';

const EVENTS = 400;
const event =
  'data: {"id":"chatcmpl-9xyzABCDEFabcdef0123456789","object":"chat.completion.chunk","created":1700000000,' +
  '"model":"gpt-4o-mini-2024-07-18","system_fingerprint":"fp_0123456789","choices":[{"index":0,' +
  '"delta":{"content":" hello"},"logprobs":null,"finish_reason":null}]}\n\n';
const stream = Buffer.from(event.repeat(EVENTS));

let seen = 0;
const counting: SseSink = {
  onEvent: (found) => {
    seen += found.dataEnd - found.dataStart;
  },
  onComment: () => {},
};
const scanning: SseSink = {
  onEvent: (found) => do_not_optimize(scanShallow(found.dataBuffer, found.dataStart, found.dataEnd)),
  onComment: () => {},
};

function split(chunks: readonly Buffer[], sink: SseSink): void {
  const splitter = new SseSplitter();
  for (const chunk of chunks) splitter.push(chunk, sink);
  splitter.finish(sink);
}

/** What most gateways do: decode, look for the blank line, cut the text. */
function splitText(chunks: readonly Buffer[]): void {
  const decoder = new TextDecoder();
  let text = '';
  for (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      for (const line of text.slice(0, end).split('\n')) if (line.startsWith('data: ')) seen += line.slice(6).length;
      text = text.slice(end + 2);
    }
  }
}

for (const size of [100, event.length, 4096, 65_536]) {
  const chunks: Buffer[] = [];
  for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
  group(`${EVENTS} events in chunks of ${size} bytes`, () => {
    summary(() => {
      bench('SseSplitter', () => split(chunks, counting)).baseline();
      bench('SseSplitter and scan', () => split(chunks, scanning));
      bench('text', () => splitText(chunks));
    });
  });
}

await run();
do_not_optimize(seen);
