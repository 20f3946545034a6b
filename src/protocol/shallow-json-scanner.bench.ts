/**
 * `node src/protocol/shallow-json-scanner.bench.ts`: the shallow scan against parsing the whole body, by kind of content;
 * and the byte loop against the native search, which sets how far strings are walked.
 */
import { isUtf8 } from 'node:buffer';
import { bench, do_not_optimize, group, run, summary } from 'mitata';
import { decodeKey } from './known-keys.ts';
import { endOfPlainAscii } from './json-tokens.ts';
import { scanShallow, ShallowJsonScanner } from './shallow-json-scanner.ts';

const sentence = 'The quick brown fox jumps over the lazy dog, and then it goes on for a while without stopping. ';
const user = (content: unknown): unknown => ({ role: 'user', content });
const body = (messages: unknown[]): Buffer =>
  Buffer.from(JSON.stringify({ model: 'gpt-4o-mini', messages, stream: true }));
const codeLine = 'function f(a) {\n\treturn a["x"] + "y";\n}\n// a comment that is longer than the others\n';
const dataUrl = `data:image/png;base64,${'iVBORw0KGgoAAAANSUhEUg'.repeat(47_662)}`;
const event =
  '{"id":"chatcmpl-9xyzABCDEFabcdef0123456789","object":"chat.completion.chunk","created":1700000000,' +
  '"model":"gpt-4o-mini-2024-07-18","system_fingerprint":"fp_0123456789","choices":[{"index":0,' +
  '"delta":{"content":" hello"},"logprobs":null,"finish_reason":null}]}';

const documents: Record<string, Buffer> = {
  'smallest, 7 B': Buffer.from('{"a":1}'),
  'chat event, 250 B': Buffer.from(event),
  'chat body, 1 KB': body([user(sentence), user(sentence.repeat(6)), user(sentence)]),
  'prose, 98 KB': body(Array.from({ length: 100 }, () => user(sentence.repeat(10)))),
  'code, 113 KB': body([user(codeLine.repeat(1200))]),
  'escapes, 106 KB': body([user('a\\b"c\n'.repeat(11_800))]),
  'Chinese, 12 KB': body([user('敏捷的棕色狐狸跳过了懒狗。'.repeat(310))]),
  'floats, 31 KB': Buffer.from(JSON.stringify({ data: [Array.from({ length: 1536 }, (_, i) => Math.sin(i))] })),
  'picture, 1 MB': body([user([{ type: 'image_url', image_url: { url: dataUrl } }])]),
};

for (const [name, document] of Object.entries(documents)) {
  group(name, () => {
    summary(() => {
      bench('scanShallow', () => do_not_optimize(scanShallow(document))).baseline();
      bench('ShallowJsonScanner', () => {
        const scanner = new ShallowJsonScanner();
        scanner.push(document);
        do_not_optimize(scanner.finish());
      });
      bench('JSON.parse', () => do_not_optimize(JSON.parse(document.toString())));
    });
  });
}

for (const length of [16, 48, 96, 65_536]) {
  const text = Buffer.alloc(length + 1, 'a').fill('"', length);
  group(`a string of ${length} bytes`, () => {
    if (length <= 48) bench('byte loop', () => do_not_optimize(endOfPlainAscii(text, 0, text.length)));
    bench('indexOf', () => do_not_optimize(text.indexOf(34, 0)));
    bench('isUtf8', () => do_not_optimize(isUtf8(text)));
  });
}

group('a key', () => {
  const key = Buffer.from('"messages"');
  bench('known', () => do_not_optimize(decodeKey(key, 1, 9)));
  bench('decoded', () => do_not_optimize(key.toString('latin1', 1, 9)));
});

await run();
