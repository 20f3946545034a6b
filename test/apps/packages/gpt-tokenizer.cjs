'use strict';

const main = require('gpt-tokenizer');
const calls = require('./gpt-tokenizer-calls.cjs');

calls(
  {
    main,
    cl100k: require('gpt-tokenizer/encoding/cl100k_base'),
    harmony: require('gpt-tokenizer/encoding/o200k_harmony'),
    p50k: require('gpt-tokenizer/encoding/p50k_base'),
    'gpt-4o': require('gpt-tokenizer/model/gpt-4o'),
  },
  main.ALL_SPECIAL_TOKENS,
);
