/** The program compiles the code of tiktoken itself; before that the package refuses everything. */
'use strict';

const { readFileSync } = require('node:fs');
const { get_encoding, init } = require('tiktoken/init');
const { note } = require('./recorder.cjs');

note('too early', () => get_encoding('gpt2'));
init((imports) => WebAssembly.instantiate(readFileSync(require.resolve('tiktoken/tiktoken_bg.wasm')), imports)).then(
  () => {
    note('ready', () => get_encoding('gpt2').encode('hello world'));
  },
);
