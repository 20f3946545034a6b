/**
 * What a call may use, before anybody knows: tokens of input from the length of its text, tokens of output from its cap.
 * Linear in the text. A call without a cap under a small limit gets one, so that its answer cannot pass the limit.
 *
 * LiteLLM-compat: four characters (code points) are a token; pictures and tools count nothing; no cap, also none that
 * is written, means the larger of the input and a floor of 1,024 tokens or a quarter of the smallest limit.
 */
import { countCodePoints } from '../primitives/code-points.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import { pythonCompactJson, pythonStr } from '../protocol/python-text.ts';

/** Kind of call as far as estimates go; `unknown` takes whichever text is there. */
export type EstimatedCall = 'chat' | 'text' | 'embedding' | 'responses' | 'google' | 'other' | 'unknown';

/** The facts that an estimate needs, from a parsed body (`sizeOfCall`) or from a scan of its bytes. */
export interface CallSize {
  readonly kind: EstimatedCall;
  /** Code points of the input's text. */
  readonly characters: number;
  /** The caller's own cap of output tokens, null when there is none; 0 is one. */
  readonly outputCap: number | null;
  /** Answers asked for, 1 or more. */
  readonly candidates: number;
}

/** A field to write into the request before it is sent. */
export interface OutputCapEdit {
  /** Path of the field, outermost first. */
  readonly path: readonly string[];
  readonly value: number;
}

const CHARACTERS_PER_TOKEN = 4;
const FLOOR = 1024;
const SHARE_OF_LIMIT = 4;
const LEAST_RESPONSES_TOKENS = 16;

/** @param declared tokens of output that the operator expects, null where nothing is declared */
export function estimateTokens(size: CallSize, smallestLimit: number | null, declared: number | null): TokenEstimate {
  const { kind, characters, outputCap } = size;
  const input = characters > 0 ? Math.max(1, Math.floor(characters / CHARACTERS_PER_TOKEN)) : 0;
  let output = 0;
  if (kind !== 'embedding') {
    if (outputCap !== null) output = outputCap;
    else if (declared !== null) output = declared;
    else if (characters > 0) output = Math.max(input, outputFloor(kind, smallestLimit));
  }
  return { input, output: output * size.candidates };
}

export interface TokenEstimate {
  readonly input: number;
  /** Of all candidates. */
  readonly output: number;
}

/** The cap to write into the request, null when it needs none. */
export function implicitOutputCap(
  size: CallSize,
  smallestLimit: number | null,
  declared: number | null,
): OutputCapEdit | null {
  const floor = outputFloor(size.kind, smallestLimit);
  if (floor >= FLOOR || size.outputCap !== null || size.kind === 'embedding') return null;
  return { path: capPath(size.kind), value: Math.max(floor, declared ?? 0) };
}

function outputFloor(kind: EstimatedCall, smallestLimit: number | null): number {
  const floor =
    smallestLimit === null ? FLOOR : Math.min(FLOOR, Math.max(1, Math.floor(smallestLimit / SHARE_OF_LIMIT)));
  return kind === 'responses' ? Math.max(floor, LEAST_RESPONSES_TOKENS) : floor;
}

function capPath(kind: EstimatedCall): readonly string[] {
  if (kind === 'google') return ['generationConfig', 'maxOutputTokens'];
  return [kind === 'responses' ? 'max_output_tokens' : 'max_tokens'];
}

export function sizeOfCall(body: JsonObject, kind: EstimatedCall): CallSize {
  // Without a kind an input makes it an embedding.
  const resolved = kind === 'unknown' && (body['input'] ?? null) !== null ? 'embedding' : kind;
  return {
    kind: resolved,
    characters: charactersOf(body, kind),
    outputCap: outputCapOf(body, kind),
    candidates: candidatesOf(body, kind),
  };
}

function charactersOf(body: JsonObject, kind: EstimatedCall): number {
  const { messages, prompt, input } = body;
  if (kind === 'google') return charactersOfContents(body);
  const isAny = kind === 'unknown';
  if (kind !== 'text' && kind !== 'embedding' && kind !== 'responses' && isJsonArray(messages) && messages.length > 0)
    return messages.reduce((sum: number, message) => sum + charactersOfMessage(message), 0);
  const text = kind === 'text' || (isAny && (typeof prompt === 'string' || isJsonArray(prompt))) ? prompt : null;
  const other = kind === 'embedding' || kind === 'responses' || isAny ? input : null;
  return charactersOfText(text ?? other ?? null);
}

function charactersOfText(value: JsonValue): number {
  if (typeof value === 'string') return countCodePoints(value);
  if (!isJsonArray(value)) return 0;
  return value.reduce((sum: number, item) => sum + countCodePoints(pythonStr(item)), 0);
}

function charactersOfMessage(message: JsonValue): number {
  if (!isJsonObject(message)) return 0;
  const { content, search_results: results } = message;
  const searched = isJsonArray(results) ? results.reduce((sum: number, each) => sum + charactersOfResult(each), 0) : 0;
  return searched + (typeof content === 'string' ? countCodePoints(content) : charactersOfParts(content));
}

function charactersOfParts(parts: JsonValue | undefined): number {
  if (!isJsonArray(parts)) return 0;
  return parts.reduce((sum: number, part) => sum + (isJsonObject(part) ? lengthAt(part, 'text') : 0), 0);
}

function charactersOfResult(result: JsonValue): number {
  if (!isJsonObject(result)) return 0;
  const citations = result['citations'] ?? null;
  const cited = citations === null ? 0 : countCodePoints(pythonCompactJson(citations));
  return lengthAt(result, 'source') + lengthAt(result, 'title') + charactersOfParts(result['content']) + cited;
}

/** Google's own shape: `contents` with parts, and the system's instruction. */
function charactersOfContents(body: JsonObject): number {
  const { contents } = body;
  const system = body['systemInstruction'] ?? body['system_instruction'] ?? null;
  const all = [...(isJsonArray(contents) ? contents : [contents ?? null]), system];
  return all.reduce((sum: number, each) => sum + (isJsonObject(each) ? charactersOfParts(each['parts']) : 0), 0);
}

function lengthAt(source: JsonObject, name: string): number {
  const value = source[name];
  return typeof value === 'string' ? countCodePoints(value) : 0;
}

function outputCapOf(body: JsonObject, kind: EstimatedCall): number | null {
  if (kind === 'embedding') return null;
  if (kind === 'google') {
    const config = googleConfig(body);
    return largest([config['maxOutputTokens'], config['max_output_tokens']]);
  }
  if (kind === 'responses') {
    const cap = parsedCap(body['max_output_tokens']);
    return cap === null ? null : Math.max(LEAST_RESPONSES_TOKENS, cap);
  }
  const fields = [body['max_tokens'], body['max_completion_tokens']];
  return largest(kind === 'unknown' ? [...fields, body['max_output_tokens']] : fields);
}

function largest(values: readonly (JsonValue | undefined)[]): number | null {
  const caps = values.map(parsedCap).filter((cap) => cap !== null);
  return caps.length === 0 ? null : Math.max(...caps);
}

/** `int(float(value))` of numbers and texts; anything else is no cap. */
function parsedCap(value: JsonValue | undefined): number | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? Math.trunc(number) : null;
}

function candidatesOf(body: JsonObject, kind: EstimatedCall): number {
  const config = kind === 'google' ? googleConfig(body) : {};
  const counts = [body['n'], body['best_of'], config['candidateCount'], config['candidate_count']];
  return counts.reduce((most: number, count) => Math.max(most, parsedCount(count)), 1);
}

/** `int(value or 1)` of numbers and texts of whole numbers. */
function parsedCount(value: JsonValue | undefined): number {
  const isWhole = typeof value === 'number' || (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value));
  const count = isWhole ? Math.trunc(Number(value)) : 1;
  return Number.isFinite(count) ? count : 1;
}

function googleConfig(body: JsonObject): JsonObject {
  const config = Object.hasOwn(body, 'config') ? body['config'] : body['generationConfig'];
  return isJsonObject(config) ? config : {};
}
