/**
 * The request body that the provider gets. Fast: the client's bytes with the model's name, the stream switches and
 * the gateway's own members spliced; nothing else changes, nothing is parsed. Slow: parsed once and rewritten by the
 * deployment's parameter policy. Cost of the fast way: one look-up per top-level member, no copy beyond 64 KB.
 */
import type { SpliceEdit } from '../../primitives/byte-segments.ts';
import { isJsonObject, type JsonObject } from '../../protocol/json.ts';
import type { TopLevelField } from '../../protocol/shallow-json-scanner.ts';
import type { OutputCapEdit } from '../../rate-limit/token-estimate.ts';
import type { CompiledTarget } from './compiled-deployments.ts';
import type { ResponseIds } from './response-ids.ts';
import { fieldValue, includeUsage, type RequestFields } from './request-fields.ts';

export interface UpstreamBody {
  readonly chunks: readonly Buffer[];
  readonly length: number;
  /** False when the slow path was taken; for tests and for the counters. */
  readonly fast: boolean;
}

export interface UpstreamBodyOptions {
  readonly stream: boolean;
  /** The `drop_params` of the request, when it has one. */
  readonly dropParams: boolean | null;
  readonly responseIds: ResponseIds;
  /** A cap of output tokens that the limits of the caller ask for; left out: none. */
  readonly outputCap?: OutputCapEdit | null;
}

const STREAM_USAGE = '"stream_options":{"include_usage":true}';

export function buildUpstreamBody(
  fields: RequestFields,
  target: CompiledTarget,
  options: UpstreamBodyOptions,
): UpstreamBody {
  const edits =
    target.params.alwaysSlow || !isPlainCap(options.outputCap, target) ? null : fastEdits(fields, target, options);
  if (edits === null) return slowBody(fields, target, options);
  const chunks = fields.bytes.splice(edits);
  return { chunks, length: byteLength(chunks), fast: true };
}

function slowBody(fields: RequestFields, target: CompiledTarget, options: UpstreamBodyOptions): UpstreamBody {
  // slow path: the policy must see the whole document
  const parsed = JSON.parse(fields.bytes.text(0, fields.bytes.length)) as JsonObject;
  const rewritten = target.params.rewrite(withCap(parsed, options.outputCap ?? null), {
    stream: options.stream,
    dropParams: options.dropParams,
  });
  const bytes = Buffer.from(JSON.stringify(rewritten));
  return { chunks: [bytes], length: bytes.length, fast: false };
}

/** @returns the edits in order of their offsets, or null when only the slow path can tell what to send */
function fastEdits(fields: RequestFields, target: CompiledTarget, options: UpstreamBodyOptions): SpliceEdit[] | null {
  const all = fields.scan.fields;
  const edits: SpliceEdit[] = [];
  const additions: string[] = [];
  let lastKept = -1;
  for (let index = 0; index < all.length; index += 1) {
    const field = all[index] as TopLevelField;
    const decision = field.key === options.outputCap?.path[0] ? 'slow' : decide(field, fields, target, options);
    if (decision === 'slow') return null;
    if (decision === 'drop') continue;
    // Everything between the last member that stays and this one goes, except what separates two members.
    if (lastKept !== index - 1) {
      const first = all[lastKept + 1] as TopLevelField;
      edits.push({ start: first.keyStart, end: field.keyStart, bytes: NOTHING });
    }
    lastKept = index;
    if (decision !== 'keep') edits.push({ start: field.valueStart, end: field.valueEnd, bytes: decision });
  }
  if (fields.model === null && target.sendsModel) additions.push(`"model":${JSON.stringify(target.model)}`);
  if (options.stream && fields.stream === null) additions.push('"stream":true');
  if (!options.stream && target.sendsStreamFalse && fields.stream?.kind !== 'false') additions.push('"stream":false');
  if (options.stream && target.asksForStreamUsage && fields.streamOptions === null) additions.push(STREAM_USAGE);
  if (options.outputCap != null) additions.push(`"${options.outputCap.path.join('.')}":${options.outputCap.value}`);
  finishTail(fields, lastKept, additions, edits);
  return edits;
}

/** Whether the cap is a member of its own that the provider takes as it is. */
function isPlainCap(cap: OutputCapEdit | null | undefined, target: CompiledTarget): boolean {
  const [name, ...deeper] = cap?.path ?? [];
  return name === undefined || (deeper.length === 0 && target.params.verdict(name, 'number') === 'keep');
}

function withCap(body: JsonObject, cap: OutputCapEdit | null): JsonObject {
  const [name, ...deeper] = cap?.path ?? [];
  if (cap === null || name === undefined) return body;
  const inner = body[name];
  const value = deeper.length === 0 ? cap.value : withCap(isJsonObject(inner) ? inner : {}, { ...cap, path: deeper });
  return { ...body, [name]: value };
}

/** Removes trailing members that go and inserts the added ones before the closing brace. */
function finishTail(fields: RequestFields, lastKept: number, additions: readonly string[], edits: SpliceEdit[]): void {
  const all = fields.scan.fields;
  const kept =
    lastKept >= 0 ? (all[lastKept] as TopLevelField).valueEnd : (all[0]?.keyStart ?? fields.scan.closeOffset);
  const end = all.length > 0 ? (all[all.length - 1] as TopLevelField).valueEnd : fields.scan.closeOffset;
  if (additions.length === 0 && kept === end) return;
  const text = additions.join(',');
  const separator = lastKept >= 0 && text !== '' ? ',' : '';
  edits.push({ start: kept, end, bytes: Buffer.from(separator + text) });
}

const NOTHING = Buffer.alloc(0);

/** @returns keep, drop, slow, or the bytes that replace the value */
function decide(
  field: TopLevelField,
  fields: RequestFields,
  target: CompiledTarget,
  options: UpstreamBodyOptions,
): 'keep' | 'drop' | 'slow' | Buffer {
  if (field === fields.model) return target.sendsModel ? target.modelJson : 'drop';
  if (field === fields.stream) return decideStream(field, target, options);
  if (field === fields.streamOptions) return decideStreamOptions(field, fields, target, options);
  if (field.key === 'previous_response_id' && field.kind === 'string')
    return ownResponseId(field, fields, options.responseIds);
  const verdict = target.params.verdict(field.key, field.kind);
  if (verdict !== 'keep' || (field.kind !== 'array' && field.kind !== 'object')) return verdict;
  const rewrites = target.params.needsRewrite?.(field.key, fields.bytes.slice(field.valueStart, field.valueEnd));
  return rewrites === true ? 'slow' : 'keep';
}

/** The provider knows its own id, not the one that names the deployment. */
function ownResponseId(field: TopLevelField, fields: RequestFields, ids: ResponseIds): 'keep' | Buffer {
  const managed = ids.decode(fieldValue(fields, field) as string);
  return managed === null ? 'keep' : Buffer.from(JSON.stringify(managed.responseId));
}

function decideStream(field: TopLevelField, target: CompiledTarget, options: UpstreamBodyOptions): 'keep' | 'drop' {
  if (options.stream) return 'keep';
  return target.sendsStreamFalse && field.kind === 'false' ? 'keep' : 'drop';
}

/** LiteLLM-compat: `stream_options` without a stream is left out; with one, usage is asked for whatever it says. */
function decideStreamOptions(
  field: TopLevelField,
  fields: RequestFields,
  target: CompiledTarget,
  options: UpstreamBodyOptions,
): 'keep' | 'drop' | Buffer {
  if (!options.stream || target.takesStreamOptions === false) return 'drop';
  if (!target.asksForStreamUsage || includeUsage(fields) === true) return 'keep';
  const given = field.kind === 'object' ? (fieldValue(fields, field) as JsonObject) : {};
  return Buffer.from(JSON.stringify({ ...given, include_usage: true }));
}

function byteLength(chunks: readonly Buffer[]): number {
  let total = 0;
  for (const chunk of chunks) total += chunk.length;
  return total;
}
