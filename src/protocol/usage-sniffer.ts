import type { JsonObject, JsonValue } from './json.ts';
import { fieldOf, type ShallowScan, type TopLevelField, tryScanShallow } from './shallow-json-scanner.ts';
import { type UsageCounts, usageCounts } from './usage.ts';

/**
 * What the gateway wants to know of a provider's reply or event, read from its bytes and their shallow scan.
 *
 * Promises: never throws, whatever the provider sends; only the member that is asked for is parsed. Members of a document
 * whose scan is `slow` because of a repeated key are read at their last occurrence, as a parser would.
 */

/** The `usage` object: at the top, or in `response` (events of the Responses API). Null when there is none. */
export function usageMember(buffer: Buffer, scan: ShallowScan): JsonObject | null {
  const field = lastFieldOf(scan, 'usage');
  if (field !== undefined) return asObject(parseMember(buffer, field));
  const response = lastFieldOf(scan, 'response');
  if (response?.kind !== 'object') return null;
  const inner = tryScanShallow(buffer, response.valueStart, response.valueEnd);
  const innerField = inner === null ? undefined : lastFieldOf(inner, 'usage');
  return innerField === undefined ? null : asObject(parseMember(buffer, innerField));
}

/** The numbers of `usageMember`, or null. */
export function sniffUsage(buffer: Buffer, scan: ShallowScan): UsageCounts | null {
  const usage = usageMember(buffer, scan);
  return usage === null ? null : usageCounts(usage);
}

/** A choice of this chunk or reply says why it ended (`finish_reason` is there and not null). */
export function finishReasonSeen(buffer: Buffer, scan: ShallowScan): boolean {
  const choices = lastFieldOf(scan, 'choices');
  if (choices?.kind !== 'array') return false;
  // Inside a JSON string the quotes would be escaped, so the bytes with both quotes are a key or a whole string.
  let at = buffer.indexOf(FINISH_REASON, choices.valueStart);
  while (at !== -1 && at < choices.valueEnd) {
    const colon = skipBlanks(buffer, at + FINISH_REASON.length);
    if (buffer[colon] === COLON && buffer[at - 1] !== BACKSLASH && buffer[skipBlanks(buffer, colon + 1)] !== LETTER_N)
      return true;
    at = buffer.indexOf(FINISH_REASON, at + FINISH_REASON.length);
  }
  return false;
}

/** The extra chunk of `stream_options.include_usage`: usage, and no choices. */
export function isUsageOnlyChunk(buffer: Buffer, scan: ShallowScan): boolean {
  if (lastFieldOf(scan, 'usage')?.kind !== 'object') return false;
  const choices = lastFieldOf(scan, 'choices');
  return choices === undefined || isEmptyArray(buffer, choices);
}

/** Value of a top-level `error` that is neither absent nor null: an error body, or an error event inside a stream. */
export function errorMember(buffer: Buffer, scan: ShallowScan): JsonValue | null {
  const field = lastFieldOf(scan, 'error');
  return field === undefined || field.kind === 'null' ? null : parseMember(buffer, field);
}

const FINISH_REASON = Buffer.from('"finish_reason"');
const COLON = 58;
const BACKSLASH = 92;
const LETTER_N = 110;

function lastFieldOf(scan: ShallowScan, key: string): TopLevelField | undefined {
  if (scan.slow === null) return fieldOf(scan, key);
  return scan.fields.findLast((field) => field.key === key);
}

/** The member's value; null when it is not JSON (a scan vouches for that) or the scan belongs to another buffer. */
function parseMember(buffer: Buffer, field: TopLevelField): JsonValue | null {
  try {
    return JSON.parse(buffer.toString('utf8', field.valueStart, field.valueEnd)) as JsonValue;
  } catch {
    return null;
  }
}

function asObject(value: JsonValue | null): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

function isEmptyArray(buffer: Buffer, field: TopLevelField): boolean {
  return field.kind === 'array' && skipBlanks(buffer, field.valueStart + 1) === field.valueEnd - 1;
}

function skipBlanks(buffer: Buffer, from: number): number {
  let at = from;
  for (let byte = buffer[at]; byte === 32 || byte === 10 || byte === 13 || byte === 9; byte = buffer[at]) at++;
  return at;
}
