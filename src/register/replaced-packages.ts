/** The packages that the hook knows, as data. Their hook points lie inside, so that what a program resolves stays as it is. */
import type { ReplacedPackage } from './contract.ts';

export const REPLACED_PACKAGES: readonly ReplacedPackage[] = [
  {
    name: 'js-tiktoken',
    component: 'tokenizer',
    versions: [
      [1, 0, 12],
      [1, 1, 0],
    ],
    adapter: 'tokenizer/js-tiktoken',
    points: [
      // `index.js` and `lite.js` both import the class from a chunk, whose name has a hash.
      { file: /^dist\/chunk-\w+\.js$/, kind: 'module', names: ['Tiktoken'] },
      { file: /^dist\/(?:index|lite)\.cjs$/, kind: 'commonjs', names: [] },
    ],
    earlyFolder: 'dist',
  },
  ...['tiktoken', '@dqbd/tiktoken'].map((name): ReplacedPackage => ({
    name,
    component: 'tokenizer',
    versions: [
      [1, 0, 15],
      [1, 1, 0],
    ],
    adapter: 'tokenizer/wasm-tiktoken',
    points: [{ file: /^(?:lite\/)?tiktoken_bg\.cjs$/, kind: 'commonjs', names: [] }],
    earlyFolder: null,
  })),
  {
    name: 'gpt-tokenizer',
    component: 'tokenizer',
    versions: [
      [2, 9, 0],
      [4, 1, 0],
    ],
    adapter: 'tokenizer/gpt-tokenizer',
    points: [
      { file: /^esm\/(?:BytePairEncodingCore|GptEncoding)\.js$/, kind: 'module', names: [] },
      { file: /^cjs\/(?:BytePairEncodingCore|GptEncoding)\.js$/, kind: 'commonjs', names: [] },
    ],
    earlyFolder: 'esm',
  },
  {
    name: 'rate-limiter-flexible',
    component: 'rate_limiter',
    versions: [
      [5, 0, 0],
      [12, 0, 0],
    ],
    adapter: 'rate-limiter/memory-storage',
    points: [{ file: /^lib\/component\/MemoryStorage\/MemoryStorage\.js$/, kind: 'commonjs', names: [] }],
    earlyFolder: null,
  },
  {
    name: 'litellm',
    component: 'completion',
    versions: [
      [0, 12, 0],
      [0, 13, 0],
    ],
    adapter: 'litellm/openai-handlers',
    points: [{ file: /^dist\/src\/handlers\/(?:openai|openaiEmbedding)\.js$/, kind: 'commonjs', names: [] }],
    earlyFolder: null,
  },
];
