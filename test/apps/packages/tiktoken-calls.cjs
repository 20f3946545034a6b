/** Everything that tiktoken's documents show, and its edges. */
'use strict';

const { note } = require('./recorder.cjs');
const texts = require('./texts.cjs');

const ENCODINGS = ['gpt2', 'r50k_base', 'p50k_base', 'p50k_edit', 'cl100k_base', 'o200k_base'];

module.exports = function callTiktoken({ Tiktoken, get_encoding, encoding_for_model, get_encoding_name_for_model }) {
  for (const name of ENCODINGS) {
    const encoding = get_encoding(name);
    texts.forEach((text, i) => {
      note(`${name} ${i}`, () => encoding.encode(text));
      note(`${name} ${i} all`, () => encoding.encode(text, 'all'));
      note(`${name} ${i} none`, () => encoding.encode(text, [], []));
      note(`${name} ${i} ordinary`, () => encoding.encode_ordinary(text));
      note(`${name} ${i} decode`, () => new TextDecoder().decode(encoding.decode(encoding.encode(text, 'all'))));
    });
    note(`${name} nulls`, () => encoding.encode('hello', null, null));
    note(`${name} single token`, () => encoding.encode_single_token(new TextEncoder().encode('hello')));
    note(`${name} bytes of a token`, () => encoding.decode_single_token_bytes(300));
    note(`${name} decode list`, () => encoding.decode([1, 2, 3]));
    note(`${name} name`, () => encoding.name);
    note(`${name} token bytes`, () => encoding.token_byte_values().length);
    note(`${name} instance`, () => encoding instanceof Tiktoken && encoding.constructor === Tiktoken);
    note(`${name} own properties`, () => Object.keys(encoding));
    note(`${name} free`, () => encoding.free());
    note(`${name} freed`, () => encoding.__wbg_ptr);
    note(`${name} encode after free`, () => encoding.encode('hello'));
  }
  for (let i = 0; i < 5; i += 1) {
    note(`one for each call ${i}`, () => {
      const encoding = encoding_for_model('gpt-4o');
      const ids = encoding.encode(`call ${i}`);
      encoding.free();
      return ids;
    });
  }
  const unused = get_encoding('o200k_base');
  note('never used', () => unused.free());
  note('used after that', () => unused.encode_ordinary('hello'));
  const unstable = get_encoding('gpt2');
  note('unstable', () => unstable.encode_with_unstable('hello fanta').length);
  note('encodes after it was built', () => unstable.encode('hello fanta'));
  const extended = get_encoding('cl100k_base', { '<|im_start|>': 100_264, '<|im_end|>': 100_265 });
  note('extended', () => extended.encode(texts[18], 'all'));
  note('extended refuses', () => extended.encode(texts[18]));
  note('extended decodes', () => new TextDecoder().decode(extended.decode(Uint32Array.of(100_264, 9125))));
  const odd = get_encoding('gpt2', { PLAIN: 50_300 });
  note('odd extension', () => odd.encode('PLAIN text', 'all'));
  note('model name', () => get_encoding_name_for_model('gpt-3.5-turbo'));
  note('model with tokens of its own', () => encoding_for_model('gpt2', { '<|x|>': 60_000 }).encode('a<|x|>', 'all'));
  note('no model', () => encoding_for_model('no-such-model'));
  note('no encoding', () => get_encoding('no_such_base'));
  note('disallowed word', () => get_encoding('gpt2').encode('say secret now', [], ['secret']));
  note('no text', () => get_encoding('gpt2').encode(null));
  note('no ordinary text', () => get_encoding('gpt2').encode_ordinary(undefined));
  note('statics', () => [Tiktoken.name, Tiktoken.length]);
  note('without new', () => Tiktoken('', {}, ''));
};

module.exports.lite = function callLite({ Tiktoken }, ranks) {
  for (const [name, { bpe_ranks, special_tokens, pat_str }] of Object.entries(ranks)) {
    const encoding = new Tiktoken(bpe_ranks, special_tokens, pat_str);
    texts.forEach((text, i) => note(`lite ${name} ${i}`, () => encoding.encode(text, 'all')));
    note(`lite ${name} name`, () => encoding.name);
    note(`lite ${name} instance`, () => encoding instanceof Tiktoken && encoding.constructor === Tiktoken);
    note(`lite ${name} decode`, () => new TextDecoder().decode(encoding.decode(encoding.encode('hello world'))));
    note(`lite ${name} free`, () => encoding.free());
  }
  const { bpe_ranks, special_tokens } = ranks.gpt2;
  note('lite with a pattern of its own', () => new Tiktoken(bpe_ranks, special_tokens, '\\p{L}+').encode('hello wide'));
  note('lite subclass', () => {
    class Counting extends Tiktoken {
      count(text) {
        return this.encode(text).length;
      }
    }
    const counting = new Counting(bpe_ranks, special_tokens, ranks.gpt2.pat_str);
    return [counting.count('hello world'), counting instanceof Counting, counting instanceof Tiktoken];
  });
};
