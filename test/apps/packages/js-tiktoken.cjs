'use strict';

const calls = require('./js-tiktoken-calls.cjs');

calls(require('js-tiktoken'));
calls.lite(require('js-tiktoken/lite'), {
  cl100k: require('js-tiktoken/ranks/cl100k_base'),
  gpt2: require('js-tiktoken/ranks/gpt2'),
});
