/**
 * What tells the events of one route family's streams apart. The shapes are OpenAI's: chat and text completion chunks
 * end with a finish reason and `[DONE]`; Responses events carry their meaning in `type` and end with a final one.
 */
import { findBytes } from '../../primitives/find-bytes.ts';
import { mayLackToolType } from './normalise-chunk.ts';
import { chunkHasContent, responseEventHasContent } from '../../protocol/first-content.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { responseFailure } from '../../protocol/response-failure.ts';
import { fieldOf, type ShallowScan, type TopLevelField } from '../../protocol/shallow-json-scanner.ts';
import type { SseEvent } from '../../protocol/sse-event-splitter.ts';

export interface StreamDialect {
  readonly endsWithDone: boolean;
  /**
   * JSON text of the error that the event reports; null: the stream goes on.
   * @param begun content has been seen
   */
  failure(event: SseEvent, scan: ShallowScan, begun: boolean): string | null;
  /** slow path: whether the event answers something. Asked until one does, never after. */
  hasContent(event: SseEvent, scan: ShallowScan): boolean;
  isTerminal(event: SseEvent, scan: ShallowScan): boolean;
  usage(event: SseEvent, scan: ShallowScan): JsonObject | null;
  /** Events that only clients get that asked for usage. */
  onlyForUsage(event: SseEvent, scan: ShallowScan): boolean;
  /** A piece of a tool call may lack its `type`. */
  lacksToolType(event: SseEvent, scan: ShallowScan): boolean;
  /** `object` is an empty text (Azure's first event). */
  lacksObjectName(event: SseEvent, scan: ShallowScan): boolean;
}

const FINISH_REASON = Buffer.from('"finish_reason"');
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
/** Longer choices are content; so are longer items, parts and deltas of the Responses API. None is parsed to find out. */
const LONGEST_EMPTY_BYTES = 4096;

export const COMPLETION_CHUNKS: StreamDialect = {
  endsWithDone: true,
  failure: errorMember,
  hasContent: (event, scan) => {
    const choices = fieldOf(scan, 'choices');
    // What is written in an odd way is not looked into.
    if (scan.slow !== null || isLong(choices)) return true;
    return chunkHasContent(valueOf(event, choices), fieldOf(scan, 'usage')?.kind === 'object');
  },
  isTerminal: (event, scan) => {
    const choices = fieldOf(scan, 'choices');
    return choices !== undefined && hasFinishReason(event.dataBuffer, choices);
  },
  usage: (event, scan) => objectMember(event, fieldOf(scan, 'usage')),
  // LiteLLM-compat: chunks without choices (usage, Azure's prompt filter results) go only to clients that asked for usage.
  onlyForUsage: (event, scan) => {
    const choices = fieldOf(scan, 'choices');
    return choices === undefined ? fieldOf(scan, 'usage')?.kind === 'object' : isEmptyArray(event.dataBuffer, choices);
  },
  lacksToolType: (event, scan) => {
    const choices = fieldOf(scan, 'choices');
    return choices !== undefined && mayLackToolType(event.dataBuffer, choices.valueStart, choices.valueEnd);
  },
  lacksObjectName: (_event, scan) => {
    const object = fieldOf(scan, 'object');
    return object !== undefined && object.kind === 'string' && object.valueEnd - object.valueStart === 2;
  },
};

const RESPONSES_TERMINAL = new Set(['response.completed', 'response.incomplete', 'response.failed', 'error']);

export const RESPONSES_EVENTS: StreamDialect = {
  endsWithDone: false,
  // Responses streams report failures in events of their own type; behind content those are the provider's words and pass.
  failure: (event, scan, begun) => {
    const type = fieldOf(scan, 'type');
    if (type === undefined) return errorMember(event, scan);
    return begun ? null : reportedFailure(event, stringMember(event, type));
  },
  hasContent: (event, scan) => {
    if (scan.slow !== null) return true;
    const memberOf = (name: string): JsonValue | undefined => {
      const field = fieldOf(scan, name);
      return isLong(field) ? true : valueOf(event, field);
    };
    return responseEventHasContent(stringMember(event, fieldOf(scan, 'type')) ?? undefined, memberOf);
  },
  isTerminal: (event, scan) => RESPONSES_TERMINAL.has(stringMember(event, fieldOf(scan, 'type')) ?? ''),
  usage: (event, scan) => {
    const response = objectMember(event, terminalResponse(event, scan));
    const usage = response?.['usage'];
    return isJsonObject(usage) ? usage : null;
  },
  onlyForUsage: () => false,
  lacksToolType: () => false,
  lacksObjectName: () => false,
};

function errorMember(event: SseEvent, scan: ShallowScan): string | null {
  const error = fieldOf(scan, 'error');
  return error === undefined || error.kind === 'null' ? null : textOf(event, error);
}

/** slow path: `error` says it itself, `response.failed` in the response. */
function reportedFailure(event: SseEvent, type: string | null): string | null {
  if (type !== 'error' && type !== 'response.failed') return null;
  const error = responseFailure(JSON.parse(event.data().toString()) as JsonObject);
  return error === null ? null : JSON.stringify(error);
}

function terminalResponse(event: SseEvent, scan: ShallowScan): TopLevelField | undefined {
  return RESPONSES_EVENTS.isTerminal(event, scan) ? fieldOf(scan, 'response') : undefined;
}

/**
 * A finish reason that is not null, among the bytes of `choices`. Quotes inside JSON strings are escaped, so that the
 * searched bytes only occur as a key.
 */
function hasFinishReason(bytes: Buffer, choices: TopLevelField): boolean {
  let at = findBytes(bytes, FINISH_REASON, choices.valueStart, choices.valueEnd);
  while (at >= 0) {
    let next = at + FINISH_REASON.length;
    while (isColonOrSpace(bytes[next])) next += 1;
    if (bytes[next] === 0x22) return true;
    at = findBytes(bytes, FINISH_REASON, next, choices.valueEnd);
  }
  return false;
}

function isColonOrSpace(byte: number | undefined): boolean {
  return byte === 0x3a || byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function isEmptyArray(bytes: Buffer, field: TopLevelField): boolean {
  if (bytes[field.valueStart] !== OPEN_BRACKET) return false;
  let at = field.valueStart + 1;
  while (isColonOrSpace(bytes[at])) at += 1;
  return bytes[at] === CLOSE_BRACKET;
}

function objectMember(event: SseEvent, field: TopLevelField | undefined): JsonObject | null {
  if (field?.kind !== 'object') return null;
  return JSON.parse(textOf(event, field)) as JsonObject;
}

function stringMember(event: SseEvent, field: TopLevelField | undefined): string | null {
  if (field?.kind !== 'string') return null;
  return JSON.parse(textOf(event, field)) as string;
}

function isLong(field: TopLevelField | undefined): boolean {
  return field !== undefined && field.valueEnd - field.valueStart > LONGEST_EMPTY_BYTES;
}

function valueOf(event: SseEvent, field: TopLevelField | undefined): JsonValue | undefined {
  return field === undefined ? undefined : (JSON.parse(textOf(event, field)) as JsonValue);
}

function textOf(event: SseEvent, field: TopLevelField): string {
  return event.dataBuffer.toString('utf8', field.valueStart, field.valueEnd);
}
