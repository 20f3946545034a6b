/**
 * Golden rows whose answer is a fault of LiteLLM that is not to be copied: data (`test/golden/exclusions.json`), each
 * with its reason, never code. A row is excluded when every path of `where` has the given value, or matches the given
 * `matches` pattern; an excluded row that passes all the same counts as passed.
 */
import { readFileSync } from 'node:fs';

import { z } from 'zod';

import type { JsonObject } from '../../src/protocol/json.ts';
import { difference } from './difference.ts';

const exclusionSchema = z.strictObject({
  /** Pattern for the whole set name. */
  set: z.string(),
  /** Dotted path in the row (`input.model`) -> wanted value, or `{ "matches": "pattern" }` for its string form. */
  where: z.record(z.string(), z.json()),
  reason: z.string().min(10),
});

export type Exclusion = z.infer<typeof exclusionSchema>;

export function readExclusions(file: string): readonly Exclusion[] {
  return z.array(exclusionSchema).parse(JSON.parse(readFileSync(file, 'utf8')));
}

export function exclusionFor(set: string, row: JsonObject, exclusions: readonly Exclusion[]): Exclusion | undefined {
  return exclusions.find(
    (exclusion) =>
      new RegExp(`^(?:${exclusion.set})$`).test(set) &&
      Object.entries(exclusion.where).every(([path, wanted]) => agrees(wanted, valueAt(row, path.split('.')))),
  );
}

function agrees(wanted: unknown, value: unknown): boolean {
  if (typeof wanted === 'object' && wanted !== null && 'matches' in wanted && typeof wanted.matches === 'string') {
    return new RegExp(wanted.matches).test(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
  }
  return difference(wanted, value) === null;
}

function valueAt(row: unknown, path: readonly string[]): unknown {
  let value = row;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
