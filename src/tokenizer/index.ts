/** The tokenizer door, `fast-litellm/tokenizer`: OpenAI's encodings and Anthropic's published one. Loads nothing else. */
export type {
  Encoding,
  EncodingName,
  SpecialTokenRules,
  SpecialTokenSet,
  StreamCounter,
  TextCounter,
  TextTokenizer,
} from './contract.ts';
export { encodingForModel } from './encoding-for-model.ts';
export { ENCODING_NAMES, getEncoding } from './get-encoding.ts';
