/** Seeded texts of all kinds through every tokenizer; the hook compares each call with the original. */
import * as gpt from 'gpt-tokenizer';
import * as gptCl100k from 'gpt-tokenizer/encoding/cl100k_base';
import { getEncoding } from 'js-tiktoken';
import { get_encoding } from 'tiktoken';
import recorder from './recorder.cjs';
import texts from './texts.cjs';

const TURNS = Number(process.env.TURNS ?? 0);
const ROUNDS = Number(process.env.ROUNDS ?? 400);

let state = 20_261_125;
function random(bound) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
}

/** Pieces of the texts and single characters of all planes, put together. */
function mixedText() {
  let text = '';
  for (let left = random(12); left >= 0; left -= 1) {
    if (random(4) === 0) text += String.fromCodePoint(random(3) === 0 ? random(0x11_0000) : random(0x3000));
    else {
      const from = texts[random(texts.length)];
      const start = random(from.length);
      text += from.slice(start, start + 1 + random(12));
    }
    if (random(6) === 0) text += [' ', '\n', ' \n ', '\t', "'", '<|endoftext|>'][random(6)];
  }
  return text;
}

const encodings = ['r50k_base', 'p50k_base', 'cl100k_base', 'o200k_base'];
const js = encodings.map((name) => getEncoding(name));
const wasm = encodings.map((name) => get_encoding(name));
let total = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  const text = mixedText();
  for (const each of [...js, ...wasm]) total += each.encode(text, 'all').length + each.encode(text, [], []).length;
  for (const each of js) total += each.decode(each.encode(text, [], [])).length;
  for (const each of wasm) total += each.encode_ordinary(text).length;
  for (const each of [gpt, gptCl100k]) {
    const free = { disallowedSpecial: new Set() };
    total +=
      each.encode(text, free).length + each.countTokens(text, free) + [...each.encodeGenerator(text, free)].length;
    total += Number(text.includes('<|') || each.isWithinTokenLimit(text, 20));
  }
  // Comparisons run later, one in a turn of the event loop.
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
recorder.note('total', () => total);
