'use strict';

const calls = require('./tiktoken-calls.cjs');

calls(require('tiktoken'));
calls.lite(require('tiktoken/lite'), {
  cl100k: require('tiktoken/encoders/cl100k_base.json'),
  gpt2: require('tiktoken/encoders/gpt2.json'),
});
