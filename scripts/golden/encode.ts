/**
 * Golden sets `encode-*`: ids of a text by tiktoken, or by Hugging Face's tokenizers for `encode-claude-bundled`, where
 * special tokens are read as such. A row without special tokens is also counted, whole, in slices and as a stream, and
 * decoded again.
 */
import { createHash } from 'node:crypto';
import type { Encoding, EncodingName } from '../../src/tokenizer/contract.ts';
import { getEncoding } from '../../src/tokenizer/get-encoding.ts';
import { isJsonArray, type JsonObject, type JsonValue } from '../../src/protocol/json.ts';
import type { GoldenOutcome, GoldenRunner } from './runner.ts';

const STREAM_STEP_UNITS = 7;

export const runner: GoldenRunner = {
  sets: /^encode-.+$/,
  run(row, { set }) {
    const claude = set === 'encode-claude-bundled';
    const encoding = getEncoding(claude ? 'claude' : (set.slice('encode-'.length) as EncodingName));
    const text = textOf(row);
    if (row['error'] !== undefined) return refusal(encoding, text);
    const allowed = row['allowed_special'];
    if (allowed === undefined && !claude) return ordinary(encoding, text, row);
    const allowedSpecial = isJsonArray(allowed) ? allowed.map(String) : 'all';
    return compareIds(encoding.encode(text, { allowedSpecial, disallowedSpecial: [] }), row);
  },
};

function textOf({ text, repeat }: JsonObject): string {
  if (isJsonArray(repeat)) return textAt(repeat[0]).repeat(Number(repeat[1]));
  return textAt(text);
}

function textAt(value: JsonValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError('a text is no string');
  return value;
}

function refusal(encoding: Encoding, text: string): GoldenOutcome {
  try {
    encoding.encode(text);
  } catch {
    return null;
  }
  return 'want a refusal, got ids';
}

function ordinary(encoding: Encoding, text: string, row: JsonObject): GoldenOutcome {
  const ids = encoding.encodeOrdinary(text);
  const outcome = compareIds(ids, row);
  if (outcome !== null) return outcome;
  const slices = encoding.countInSlices(text, 1024);
  let step = slices.next();
  while (step.done !== true) step = slices.next();
  const stream = encoding.streamCounter();
  for (let at = 0; at < text.length; at += STREAM_STEP_UNITS) stream.push(text.slice(at, at + STREAM_STEP_UNITS));
  const counts = { whole: encoding.count(text), slices: step.value, stream: stream.total() };
  for (const [way, count] of Object.entries(counts)) {
    if (count !== ids.length) return `${way}: want ${String(ids.length)} got ${String(count)}`;
  }
  return encoding.decode(ids) === text.toWellFormed() ? null : 'does not decode to the text';
}

function compareIds(ids: readonly number[], row: JsonObject): GoldenOutcome {
  if (ids.length !== row['n']) return `n: want ${JSON.stringify(row['n'])} got ${String(ids.length)}`;
  const wanted = row['ids'];
  if (isJsonArray(wanted)) {
    const at = wanted.findIndex((id, i) => id !== ids[i]);
    return at < 0 ? null : `ids[${String(at)}]: want ${JSON.stringify(wanted[at])} got ${String(ids[at])}`;
  }
  if (row['sha256'] === undefined) return null;
  const digest = createHash('sha256')
    .update(new Uint8Array(Uint32Array.from(ids).buffer))
    .digest('hex');
  return digest === row['sha256'] ? null : `sha256 of the ids: want ${JSON.stringify(row['sha256'])} got ${digest}`;
}
