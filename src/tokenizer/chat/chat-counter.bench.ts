/** `node src/tokenizer/chat/chat-counter.bench.ts`: a chat message of 11 tokens, beside its two texts alone. */
import { bench, do_not_optimize, run } from 'mitata';

import { getEncoding } from '../get-encoding.ts';
import { createModelTokenCounter } from './model-token-counter.ts';

const counter = createModelTokenCounter({
  families: { version: 0, isOpenaiModel: () => true, isAnthropicModel: () => false, isCohereModel: () => false },
  encoding: getEncoding,
});
const encoding = getEncoding('o200k_base');
const content = 'The quick brown fox jumps over the lazy dog near town';

bench('the texts', () => do_not_optimize(encoding.count('user') + encoding.count(content)));
bench('count', () => do_not_optimize(counter.count({ model: 'gpt-4o', messages: [{ role: 'user', content }] })));
bench('count, as LiteLLM', () =>
  do_not_optimize(counter.count({ model: 'gpt-4o', messages: [{ role: 'user', content }], compat: 'litellm' })),
);
bench('measure', () => do_not_optimize(counter.measure({ model: 'gpt-4o', messages: [{ role: 'user', content }] })));

await run();
