'use strict';

const calls = require('./tiktoken-calls.cjs');

calls(require('@dqbd/tiktoken'));
calls.lite(require('@dqbd/tiktoken/lite'), {
  cl100k: require('@dqbd/tiktoken/encoders/cl100k_base.json'),
  gpt2: require('@dqbd/tiktoken/encoders/gpt2.json'),
});
