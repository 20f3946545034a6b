/** The arrows of the tree, as data: which folder of `src/` may import what. Explained in ARCHITECTURE.md. */

/** A folder imports only from folders with a smaller number; equal numbers never import one another. */
export const LEVELS: ReadonlyMap<string, number> = new Map([
  ['primitives', 0],
  ['errors', 0],
  ['protocol', 1],
  ['tokenizer', 2],
  ['pricing', 2],
  ['rate-limit', 2],
  ['router', 2],
  ['pool', 2],
  ['wire', 2],
  ['rollout', 2],
  ['providers', 2],
  ['config', 3],
  ['store', 3.1],
  ['client', 3.2],
  ['index.ts', 3.9],
  ['gateway', 4],
  ['register', 4],
  ['cli', 5],
]);

/** Files whose types everybody may import with `import type`, across and against the levels. */
export const CONTRACT_FILES: ReadonlySet<string> = new Set(['contract.ts', 'snapshot.ts']);

/** Modules that only some folders may import in production code: what they stand for is hidden from all others. */
export const ROOMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['undici', ['wire']],
  ['node:http', ['wire']],
  ['node:https', ['wire']],
  ['node:http2', ['wire']],
  ['yaml', ['config']],
  ['zod', ['config', 'gateway']],
  ['commander', ['cli']],
  ['pino', ['gateway', 'cli']],
  ['@huggingface/tokenizers', ['tokenizer']],
  ['@redis/client', ['store']],
]);

/** Folders beside `src/` that nothing imports. */
export const LEAVES: readonly string[] = ['dashboard', 'bench', 'scripts'];
