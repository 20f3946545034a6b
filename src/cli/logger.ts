/**
 * Builds the logger. Lines are pino's JSON, or one line of plain text that a person reads; every line passes the
 * scrubber last, so a secret that slipped into a message or a field is blanked in either form.
 * Cost: a line of text parses pino's JSON once; with `--json-logs` nothing is parsed.
 */
import type { Logger } from 'pino';
import { createRecordLogger } from '../gateway/threads/record-logger.ts';
import type { SecretScrubber } from './secret-scrubber.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

interface LogSink {
  write(text: string): unknown;
}

export interface RecordOutput {
  /** JSON lines instead of text. */
  readonly json: boolean;
  readonly sink: LogSink;
  readonly scrubber: SecretScrubber;
}

export interface LoggerOptions extends RecordOutput {
  readonly level: LogLevel;
}

const LEVEL_WORDS: ReadonlyMap<number, string> = new Map([
  [10, 'TRACE'],
  [20, 'DEBUG'],
  [30, 'INFO'],
  [40, 'WARN'],
  [50, 'ERROR'],
  [60, 'FATAL'],
]);

/** LiteLLM's and pino's names of the levels, in any case. */
const LEVEL_NAMES: ReadonlyMap<string, LogLevel> = new Map([
  ...LOG_LEVELS.map((level) => [level, level] as const),
  ['warning', 'warn'],
  ['critical', 'error'],
  ['fatal', 'error'],
  ['off', 'silent'],
]);

export function parseLogLevel(text: string): LogLevel | undefined {
  return LEVEL_NAMES.get(text.trim().toLowerCase());
}

/** Logs through `createRecordWriter`. */
export function createLogger({ level, ...output }: LoggerOptions): Logger {
  return createRecordLogger({ level, write: createRecordWriter(output) });
}

/** Writes records, of this thread's logger and of others', as the user wants to read them. */
export function createRecordWriter({ json, sink, scrubber }: RecordOutput): (line: string) => void {
  return json
    ? (line) => void sink.write(scrubber.scrub(line))
    : (line) => void sink.write(scrubber.scrub(formatLine(line)));
}

/** `2026-01-31 12:00:00.000 WARN message key=value`; a stack goes on lines of its own. */
export function formatLine(line: string): string {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const { time, level, msg, err, ...fields } = record;
  const instant = new Date(typeof time === 'number' ? time : 0).toISOString().replace('T', ' ').slice(0, 23);
  const word = LEVEL_WORDS.get(Number(level)) ?? 'INFO';
  let text = `${instant} ${word}`;
  if (typeof msg === 'string' && msg !== '') text += ` ${oneLine(msg)}`;
  for (const [name, value] of Object.entries(fields)) text += ` ${name}=${plainValue(value)}`;
  return `${text}${errorText(err)}\n`;
}

function plainValue(value: unknown): string {
  if (typeof value === 'string' && /^[\w./:@%+*,-]+$/.test(value)) return value;
  return JSON.stringify(value) ?? 'undefined';
}

function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { stack, message } = error as { stack?: unknown; message?: unknown };
  if (typeof stack === 'string') return `\n  ${stack.replaceAll('\n', '\n  ')}`;
  return typeof message === 'string' ? ` error=${plainValue(message)}` : '';
}

/** A message that quotes a client cannot forge a second log line. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
