/**
 * The logger of every thread: pino's JSON records, one line each, given to `write`. The control thread formats them and
 * blanks secrets; workers send them there, so that lines of two threads never run into each other.
 */
import { pino, type Logger } from 'pino';

export interface RecordLoggerOptions {
  /** A level of pino's, or `silent`. */
  readonly level: string;
  readonly write: (line: string) => void;
  /** Number of the worker that each record names; left out: the only thread. */
  readonly worker?: number;
}

export function createRecordLogger({ level, write, worker }: RecordLoggerOptions): Logger {
  const base = worker === undefined ? null : { worker };
  return pino({ level, base, redact: { paths: REDACTED_PATHS, censor: '[secret]' } }, { write });
}

/** Fields that hold a secret by their name; the scrubber would not know a value that it has never seen. */
const REDACTED_PATHS = ['authorization', 'api_key', 'apiKey', 'password', 'headers.authorization'].flatMap((name) => [
  name,
  `*.${name}`,
]);
