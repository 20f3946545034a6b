/** Everything that js-tiktoken's documents show, and its edges. */
'use strict';

const { note } = require('./recorder.cjs');
const texts = require('./texts.cjs');

const ENCODINGS = ['gpt2', 'r50k_base', 'p50k_base', 'p50k_edit', 'cl100k_base', 'o200k_base'];

module.exports = function callJsTiktoken({ Tiktoken, getEncoding, encodingForModel, getEncodingNameForModel }) {
  for (const name of ENCODINGS) {
    const encoding = getEncoding(name);
    texts.forEach((text, i) => {
      note(`${name} ${i}`, () => encoding.encode(text));
      note(`${name} ${i} all`, () => encoding.encode(text, 'all'));
      note(`${name} ${i} none`, () => encoding.encode(text, [], []));
      note(`${name} ${i} end`, () => encoding.encode(text, ['<|endoftext|>'], 'all'));
      note(`${name} ${i} decode`, () => encoding.decode(encoding.encode(text, 'all')));
    });
    note(`${name} decode unknown`, () => encoding.decode([1, 2, 3_000_000, -1, 1.5]));
    note(`${name} decode part of a character`, () => encoding.decode(encoding.encode('😀').slice(0, 1)));
    note(`${name} decode byte order mark`, () => encoding.decode(encoding.encode('\ufeffa')));
    note(`${name} decode typed array`, () => encoding.decode(Uint32Array.of(1, 2)));
    note(`${name} instance`, () => encoding instanceof Tiktoken && encoding.constructor === Tiktoken);
    note(`${name} own properties`, () => Object.keys(encoding));
  }
  const extended = getEncoding('cl100k_base', { '<|im_start|>': 100_264, '<|im_end|>': 100_265 });
  note('extended', () => extended.encode(texts[18], 'all'));
  note('extended refuses', () => extended.encode(texts[18]));
  note('extended decodes', () => extended.decode([100_264, 9125]));
  const odd = getEncoding('gpt2', { PLAIN: 50_300, '<|a': 50_301, '<|ab': 50_302 });
  note('odd extension', () => odd.encode('PLAIN <|ab <|a', 'all'));
  note('model', () => encodingForModel('gpt-4o').encode('hello'));
  note('model name', () => getEncodingNameForModel('gpt-3.5-turbo'));
  note('no model', () => encodingForModel('no-such-model'));
  note('no encoding', () => getEncoding('no_such_base'));
  note('disallowed word', () => getEncoding('gpt2').encode('say secret now', [], ['secret']));
  note('no text', () => getEncoding('gpt2').encode(null));
  note('a number', () => getEncoding('gpt2').encode(5));
  note('a set of tokens', () => getEncoding('gpt2').encode('a<|endoftext|>', new Set(['<|endoftext|>'])));
  note('no ids', () => getEncoding('gpt2').decode(undefined));
  note('statics', () => [Tiktoken.name, Tiktoken.length, typeof Tiktoken.specialTokenRegex]);
  note('without new', () => Tiktoken({}));
  note('subclass', () => {
    class Counting extends Tiktoken {
      count(text) {
        return this.encode(text).length;
      }
    }
    const counting = new Counting({ pat_str: '\\w', special_tokens: {}, bpe_ranks: '! 0 YQ== Yg==' });
    return [counting.count('aab'), counting instanceof Counting, counting instanceof Tiktoken];
  });
};

module.exports.lite = function callLite({ Tiktoken }, ranks) {
  for (const [name, each] of Object.entries(ranks)) {
    const encoding = new Tiktoken(each);
    texts.forEach((text, i) => note(`lite ${name} ${i}`, () => encoding.encode(text, 'all')));
    note(`lite ${name} own properties`, () => Object.keys(encoding));
    note(`lite ${name} pattern`, () => encoding.patStr);
  }
  const changed = { ...ranks.gpt2, pat_str: '\\p{L}+' };
  note('lite with a pattern of its own', () => new Tiktoken(changed).encode('hello wide world'));
  const few = { ...ranks.gpt2, bpe_ranks: ranks.gpt2.bpe_ranks.slice(0, 3000) };
  note('lite with ranks of its own', () => new Tiktoken(few).encode('hello'));
  note('lite without ranks', () => new Tiktoken({}));
};
