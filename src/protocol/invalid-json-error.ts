/** Thrown for a document that is not JSON. The gateway answers 400 `Invalid JSON payload: <message>`. */
export class InvalidJsonError extends Error {
  /** What is wrong, without the position. */
  readonly reason: string;
  /** Bytes before the offending byte. */
  readonly byteOffset: number;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in characters (code points). */
  readonly column: number;
  /** Characters (code points) before the offending byte. */
  readonly characterOffset: number;

  constructor(reason: string, position: DocumentPosition) {
    const { byteOffset, line, column, characterOffset } = position;
    super(`${reason}: line ${line} column ${column} (char ${characterOffset})`);
    this.name = 'InvalidJsonError';
    this.reason = reason;
    this.byteOffset = byteOffset;
    this.line = line;
    this.column = column;
    this.characterOffset = characterOffset;
  }
}

export interface DocumentPosition {
  readonly byteOffset: number;
  readonly line: number;
  readonly column: number;
  readonly characterOffset: number;
}

const LINE_FEED = 10;

/** Position of a byte in a document that arrived as `chunks`. Only runs when a document is refused: O(offset). */
export function locate(chunks: readonly Uint8Array[], byteOffset: number): DocumentPosition {
  let remaining = byteOffset;
  let line = 1;
  let characterOffset = 0;
  let lineStart = 0;
  for (const chunk of chunks) {
    const end = Math.min(chunk.length, remaining);
    for (let i = 0; i < end; i++) {
      const byte = chunk[i] ?? 0;
      // Continuation bytes (10xxxxxx) belong to the character before them.
      if ((byte & 0xc0) !== 0x80) characterOffset++;
      if (byte === LINE_FEED) {
        line++;
        lineStart = characterOffset;
      }
    }
    remaining -= end;
    if (remaining === 0) break;
  }
  return { byteOffset, line, column: characterOffset - lineStart + 1, characterOffset };
}
