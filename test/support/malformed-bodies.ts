/** Request bodies of a chat that are malformed, or valid JSON and odd. */
export const CHAT = '/v1/chat/completions';
export const KEY = 'authorization: Bearer sk-1234';
export const MESSAGES = '[{"role":"user","content":"Hello"}]';
export const GOOD = `{"model":"healthy","messages":${MESSAGES}}`;

export const LATIN = (text: string): Buffer => Buffer.from(text, 'latin1');
const deep = (open: string, close: string): string => open.repeat(100_000) + close.repeat(100_000);

/** No JSON, or no object: refused before any provider is asked. */
export const BODIES: readonly (readonly [string, string | Buffer])[] = [
  ['empty', ''],
  ['blanks', ' \r\n\t '],
  ['truncated', GOOD.slice(0, 30)],
  ['truncated in a string', '{"model":"heal'],
  ['truncated in an escape', '{"model":"heal\\u00'],
  ['trailing garbage', `${GOOD} x`],
  ['two documents', GOOD + GOOD],
  ['a trailing comma', `{"model":"healthy","messages":${MESSAGES},}`],
  ['a missing comma', `{"model":"healthy" "messages":${MESSAGES}}`],
  ['single quotes', `{'model':'healthy'}`],
  ['a comment', `{/* x */"model":"healthy"}`],
  ['an array', '[]'],
  ['an array of requests', `[${GOOD}]`],
  ['null', 'null'],
  ['true', 'true'],
  ['a number', '42'],
  ['a string', '"healthy"'],
  ['NaN', `{"model":"healthy","messages":${MESSAGES},"temperature":NaN}`],
  ['Infinity', `{"model":"healthy","messages":${MESSAGES},"temperature":-Infinity}`],
  ['a leading zero', `{"model":"healthy","messages":${MESSAGES},"n":01}`],
  ['a plus sign', `{"model":"healthy","messages":${MESSAGES},"n":+1}`],
  ['a hexadecimal number', `{"model":"healthy","messages":${MESSAGES},"n":0x1}`],
  ['an array nested 100,000 deep, open', `{"messages":${'['.repeat(100_000)}`],
  ['a NUL byte', '{"model":"healthy\u0000"}'],
  ['a raw line feed in a string', '{"model":"heal\nthy"}'],
  ['invalid UTF-8', LATIN('{"model":"healthy","messages":[{"role":"user","content":"\xff\xfe"}]}')],
  ['an overlong UTF-8 form', LATIN('{"model":"\xc0\xaf"}')],
  ['a surrogate in UTF-8', LATIN('{"model":"\xed\xa0\x80"}')],
  ['UTF-16', Buffer.from(GOOD, 'utf16le')],
  ['a closing brace', '}'],
  ['a bad escape', '{"model":"\\x41"}'],
  ['a number as a key', '{1:2}'],
];

/** Valid JSON that lacks or misuses a member. */
export const MEMBERS: readonly (readonly [string, string])[] = [
  ['no model', `{"messages":${MESSAGES}}`],
  ['no messages', '{"model":"healthy"}'],
  ['nothing', '{}'],
  ...['null', '5', 'true', '[]', '{}', '""', '[null]', '["healthy"]', '1e999', '-0.5'].map(
    (value) => [`model ${value}`, `{"model":${value},"messages":${MESSAGES}}`] as const,
  ),
  ['an unknown model', `{"model":"unknown","messages":${MESSAGES}}`],
  ['model __proto__', `{"model":"__proto__","messages":${MESSAGES}}`],
  ['model constructor', `{"model":"constructor","messages":${MESSAGES}}`],
  ['model toString', `{"model":"toString","messages":${MESSAGES}}`],
  ['a path as model', `{"model":"../../../../etc/passwd","messages":${MESSAGES}}`],
  ['CR LF in the model', `{"model":"healthy\\r\\nx-injected: 1","messages":${MESSAGES}}`],
  ['a model name of 1 MB', `{"model":"${'m'.repeat(1_000_000)}","messages":${MESSAGES}}`],
  ['SQL in the model', `{"model":"' OR 1=1; --","messages":${MESSAGES}}`],
  ['a template in the model', `{"model":"{{7*7}}\${7*7}","messages":${MESSAGES}}`],
  ['a lone surrogate as model', `{"model":"\\ud800","messages":${MESSAGES}}`],
];

/** Odd, but a provider may judge them: an answer or a 4xx, and nothing else. */
export const TOLERATED: readonly (readonly [string, string])[] = [
  ['a byte order mark', `\ufeff${GOOD}`],
  ['a member twice', `{"model":"unknown","messages":${MESSAGES},"model":"healthy"}`],
  ['__proto__ as a member', `{"__proto__":{"model":"x"},"model":"healthy","messages":${MESSAGES}}`],
  ['constructor as a member', `{"constructor":{"prototype":{"a":1}},"model":"healthy","messages":${MESSAGES}}`],
  ['1e999', `{"model":"healthy","messages":${MESSAGES},"temperature":1e999}`],
  ['an integer of 5,000 digits', `{"model":"healthy","messages":${MESSAGES},"seed":${'9'.repeat(5000)}}`],
  ['arrays 100,000 deep', `{"model":"healthy","messages":${deep('[', ']')}}`],
  ['objects 100,000 deep', `{"model":"healthy","messages":${deep('{"a":', '}').replace('{"a":}', '{"a":1}')}}`],
  ['a lone surrogate', `{"model":"healthy","messages":[{"role":"user","content":"\\ud800"}]}`],
  ['CR LF in the user', `{"model":"healthy","messages":${MESSAGES},"user":"a\\r\\nx-injected: 1"}`],
  ['CR LF in metadata', `{"model":"healthy","messages":${MESSAGES},"metadata":{"a":"b\\r\\nx-injected: 1"}}`],
  ['a user of 1 MB', `{"model":"healthy","messages":${MESSAGES},"user":"${'u'.repeat(1_000_000)}"}`],
  ...['"x"', '5', 'null', '{}', '[[]]', '[null]', '[1]', 'true'].map(
    (value) => [`messages ${value.slice(0, 9)}`, `{"model":"healthy","messages":${value}}`] as const,
  ),
  ...[
    'temperature',
    'top_p',
    'n',
    'stream',
    'stream_options',
    'stop',
    'max_tokens',
    'presence_penalty',
    'frequency_penalty',
    'max_completion_tokens',
    'logprobs',
    'top_logprobs',
    'parallel_tool_calls',
    'reasoning_effort',
    'service_tier',
    'modalities',
    'logit_bias',
    'user',
    'seed',
    'tools',
    'tool_choice',
    'response_format',
    'metadata',
    'timeout',
    'num_retries',
  ].flatMap((name) =>
    ['"x"', '{"a":1}', '-0.5'].map(
      (value) => [`${name} ${value}`, `{"model":"healthy","messages":${MESSAGES},"${name}":${value}}`] as const,
    ),
  ),
  ['timeout 0', `{"model":"healthy","messages":${MESSAGES},"timeout":0}`],
  ['timeout -5', `{"model":"healthy","messages":${MESSAGES},"timeout":-5}`],
  ['num_retries 1e9', `{"model":"healthy","messages":${MESSAGES},"num_retries":1e9}`],
  ['n 1e9', `{"model":"healthy","messages":${MESSAGES},"n":1e9}`],
];
