import type { JsonKind } from './shallow-scan.ts';

/** What the machine tells its owner; all positions are indexes into the chunk that is being scanned. */
export interface TopLevelSink {
  keyStarts(at: number): void;
  /** `at` is the closing quote. */
  keyEnds(chunk: Buffer, at: number): void;
  keyHasEscape(): void;
  valueStarts(at: number, kind: JsonKind): void;
  valueEnds(at: number): void;
  /** The outermost container closes; not reported for a document that is a scalar. */
  documentCloses(at: number, isObject: boolean): void;
  refuse(reason: string, at: number): never;
}
