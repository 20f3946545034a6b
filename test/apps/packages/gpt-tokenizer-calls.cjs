/** Everything that gpt-tokenizer's documents show, and its edges. */
'use strict';

const { note, noteLater } = require('./recorder.cjs');
const texts = require('./texts.cjs');

const CHAT = [
  { role: 'system', content: 'You are a helpful assistant.' },
  { role: 'user', name: 'ann', content: 'What is a token? — 你好' },
  { role: 'assistant', content: 'A piece of text.\n\n' },
];

module.exports = async function callGptTokenizer(apis, ALL_SPECIAL_TOKENS) {
  for (const [name, api] of Object.entries(apis)) {
    texts.forEach((text, i) => {
      note(`${name} ${i}`, () => api.encode(text));
      note(`${name} ${i} all`, () => api.encode(text, { allowedSpecial: ALL_SPECIAL_TOKENS }));
      note(`${name} ${i} none`, () => api.encode(text, { disallowedSpecial: new Set() }));
      note(`${name} ${i} end`, () => api.encode(text, { allowedSpecial: new Set(['<|endoftext|>']) }));
      note(`${name} ${i} count`, () => api.countTokens(text, { disallowedSpecial: new Set() }));
      note(`${name} ${i} within 3`, () => api.isWithinTokenLimit(text, 3));
      note(`${name} ${i} within 1000`, () => api.isWithinTokenLimit(text, 1000));
      note(`${name} ${i} pieces`, () => [...api.encodeGenerator(text)]);
      note(`${name} ${i} decode`, () => api.decode(api.encode(text, { disallowedSpecial: new Set() })));
      note(`${name} ${i} decode pieces`, () => [
        ...api.decodeGenerator(api.encode(text, { disallowedSpecial: new Set() })),
      ]);
    });
    note(`${name} generator`, () => {
      const generator = api.encodeGenerator('hello wonderful world');
      const kind = Object.prototype.toString.call(generator);
      const all = [];
      for (let next = generator.next(); ; next = generator.next()) {
        all.push(next);
        if (next.done) return { kind, all, after: generator.next() };
      }
    });
    note(`${name} generator given up`, () => {
      for (const piece of api.encodeGenerator('hello wonderful world')) return piece;
    });
    note(`${name} long generator`, () => [...api.encodeGenerator('many words '.repeat(4000))].length);
    note(`${name} chat`, () => api.encodeChat(CHAT, 'gpt-4o'));
    note(`${name} chat pieces`, () => [...api.encodeChatGenerator(CHAT, 'gpt-4o')]);
    note(`${name} chat without a model`, () => api.encodeChat(CHAT));
    note(`${name} chat count`, () => api.countTokens(CHAT));
    note(`${name} chat within`, () => api.isWithinTokenLimit(CHAT, 50));
    note(`${name} unknown id`, () => api.decode([3_000_000]));
    note(`${name} vocabulary`, () => api.vocabularySize);
    note(`${name} negative limit`, () => [api.isWithinTokenLimit('', -1), api.isWithinTokenLimit('a', -1)]);
    note(`${name} fractional limit`, () => api.isWithinTokenLimit('hello world', 1.5));
    note(`${name} no text`, () => api.encode(null));
    note(`${name} no count`, () => api.countTokens(undefined));
    note(`${name} both all`, () => api.encode('a', { allowedSpecial: 'all', disallowedSpecial: 'all' }));
    note(`${name} disallowed word`, () => api.encode('say secret', { disallowedSpecial: new Set(['secret']) }));
    note(`${name} cache`, () => [api.setMergeCacheSize(10), api.clearMergeCache()]);
    await noteLater(`${name} async`, async () => {
      const out = [];
      async function* ids() {
        yield* api.encode('hello 👋 world');
      }
      for await (const text of api.decodeAsyncGenerator(ids())) out.push(text);
      return out;
    });
  }
  note('function calling', () =>
    apis['gpt-4o'].countChatCompletionTokens({
      messages: CHAT,
      functions: [
        {
          name: 'weather',
          description: 'Weather of a place',
          parameters: { type: 'object', properties: { place: { type: 'string' } } },
        },
      ],
    }),
  );
  note('cost', () => apis['gpt-4o'].estimateCost(1000));
};
