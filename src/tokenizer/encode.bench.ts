/**
 * `node src/tokenizer/encode.bench.ts`: counting and encoding by kind of text, beside js-tiktoken; the benchmark for users,
 * with all contestants, is `npm run bench:tokens`. One letter shows what a single long piece costs: js-tiktoken merges it
 * in quadratic time, so its text is short.
 */
import { readFileSync } from 'node:fs';
import { Tiktoken } from 'js-tiktoken/lite';
import o200kRanks from 'js-tiktoken/ranks/o200k_base';
import { bench, do_not_optimize, group, run, summary } from 'mitata';
import { getEncoding } from './get-encoding.ts';

const encoding = getEncoding('o200k_base');
const reference = new Tiktoken(o200kRanks);

const file = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const code = file('byte-pair-encoding.ts');
const prose = file('../../ARCHITECTURE.md');
const record = { id: 'ord_1f3k', amount: 129.95, active: true, note: null, tags: ['invoice', 'priority'], at: 1.7e12 };

const texts: Record<string, string> = {
  '12 tokens': 'What is the capital of France, and why is it?',
  'English, 4 KB': prose.slice(0, 4000),
  'code, 4 KB': code.slice(0, 4000),
  'JSON, 4 KB': JSON.stringify(Array.from({ length: 42 }, (_, at) => ({ ...record, id: `ord_${at * 7919}` }))),
  'Chinese, 4 KB': '敏捷的棕色狐狸跳过了懒狗，然后它在森林里跑了很久。'.repeat(55),
  'emoji, 4 KB': '👩🏾‍💻 🎉🇫🇷❤️ 👨‍👩‍👧‍👦'.repeat(60),
  'white space, 1 KB': ' \t\n    \n\t\t '.repeat(100),
  'one letter, 1 KB': 'a'.repeat(1000),
  'base64, 4 KB': Buffer.from(code.slice(0, 3000).replaceAll(/\s/g, '')).toString('base64'),
};

for (const [name, text] of Object.entries(texts)) {
  group(name, () => {
    summary(() => {
      bench('count', () => do_not_optimize(encoding.count(text))).baseline();
      bench('encodeOrdinary', () => do_not_optimize(encoding.encodeOrdinary(text)));
      bench('js-tiktoken, encode', () => do_not_optimize(reference.encode(text, [], [])));
    });
  });
}

await run();
