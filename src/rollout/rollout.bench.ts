/**
 * `node src/rollout/rollout.bench.ts`: what a wrapped call costs above the plain one, per mode, and what it allocates.
 * The operation adds up a length: far less than a tokenizer's shortest call (1 µs), so that the difference shows.
 */
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { createRollout } from './create-rollout.ts';
import { readSettings } from './read-settings.ts';

const CALLS = 2_000_000;
const ROUNDS = 7;
const MODES = ['on', 'off', 'shadow', 'canary:50'];

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const texts = ['hello', 'world, how are you', 'a b c', ''];
let sum = 0;

const plain = (text: string): number => {
  sum += text.length;
  return text.length;
};

/** Least of the rounds: the machine can only add to it. */
function measure(call: (text: string) => number): { readonly ns: number; readonly bytes: number } {
  let ns = Number.POSITIVE_INFINITY;
  let bytes = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const started = performance.now();
    for (let index = 0; index < CALLS; index++) call(texts[index & 3] ?? '');
    ns = Math.min(ns, ((performance.now() - started) * 1e6) / CALLS);
    bytes = Math.min(bytes, (process.memoryUsage().heapUsed - before) / CALLS);
  }
  return { ns, bytes };
}

function report(name: string, { ns, bytes }: { readonly ns: number; readonly bytes: number }): void {
  process.stdout.write(
    `${name.padEnd(22)} ${ns.toFixed(1).padStart(7)} ns ${bytes.toFixed(2).padStart(8)} B per call\n`,
  );
}

report('plain', measure(plain));
for (const mode of MODES) {
  const rollout = createRollout({ settings: readSettings({ block: { bench: mode } }) });
  const component = rollout.component({ name: 'bench', replaces: 'itself', sticky: ['user'], repeatable: 'always' });
  const identities = ['user-1', 'user-2', 'user-3', 'user-4'];
  const wrapped = component.wrap({
    fast: plain,
    original: plain,
    identityOf: (_by, [text]) => identities[text.length & 3] ?? null,
  });
  report(`wrapped, ${mode}`, measure(wrapped));
  rollout.close();
}
if (sum < 0) throw new Error('the calls were left out');
