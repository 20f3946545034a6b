/**
 * Finds JSON keys and values in bytes without parsing: `"cache_control"` as it stands, or a key whose value begins with a
 * certain byte (`"image_url": "`). Inside a JSON string the quotes are escaped, so a text that quotes the words does not
 * match.
 * Cost: one native search per marker over the chunks that hold quotes; at their borders a small copy.
 */
export interface Marker {
  /** Text with its quotes. */
  readonly text: Buffer;
  /** First byte of the value when the text is a key; null: the text itself is enough. */
  readonly valueStart: number | null;
  /** The byte after it; null: any. */
  readonly valueSecond?: number;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** Bytes on both sides of a chunk border that are looked at together. */
const BORDER_BYTES = 64;

export function wordMarker(word: string): Marker {
  return { text: Buffer.from(`"${word}"`), valueStart: null };
}

/** The key with a text as its value. */
export function textValueMarker(key: string): Marker {
  return { text: Buffer.from(`"${key}"`), valueStart: QUOTE };
}

/** The key with a value that begins with this character, e.g. `[` for a list. */
export function valueMarker(key: string, first: string): Marker {
  return { text: Buffer.from(`"${key}"`), valueStart: first.charCodeAt(0) };
}

/** The key with an empty text as its value. */
export function emptyTextMarker(key: string): Marker {
  return { text: Buffer.from(`"${key}"`), valueStart: QUOTE, valueSecond: QUOTE };
}

/** Every content part names its type, and so does a cache mark. */
export const TYPED_PART = wordMarker('type');
/** A message that answers a tool call. */
export const TOOL_MESSAGE = wordMarker('tool');

/**
 * What of a body can hold a marker: chunks with a quote in them, and the borders behind these. Most of a picture has none.
 * Make it once for all markers.
 */
export function searchablePieces(chunks: readonly Buffer[]): readonly Buffer[] {
  if (chunks.length <= 1) return chunks;
  const last = chunks.length - 1;
  // slow path: a marker could reach over a whole chunk
  if (chunks.some(({ length }, index) => length < BORDER_BYTES && index > 0 && index < last)) {
    return [Buffer.concat(chunks)];
  }
  const pieces: Buffer[] = [];
  for (const [index, chunk] of chunks.entries()) {
    if (!chunk.includes(QUOTE)) continue;
    pieces.push(chunk);
    const next = chunks[index + 1];
    if (next !== undefined) pieces.push(Buffer.concat([chunk.subarray(-BORDER_BYTES), next.subarray(0, BORDER_BYTES)]));
  }
  return pieces;
}

/** @param pieces what `searchablePieces` made of a body */
export function containsMarker(pieces: readonly Buffer[], marker: Marker): boolean {
  return pieces.some((piece) => holds(piece, marker));
}

function holds(chunk: Buffer, marker: Marker): boolean {
  for (let at = chunk.indexOf(marker.text); at !== -1; at = chunk.indexOf(marker.text, at + 1)) {
    if (marker.valueStart === null || valueMatches(chunk, at + marker.text.length, marker)) return true;
  }
  return false;
}

function valueMatches(chunk: Buffer, from: number, marker: Marker): boolean {
  let at = skipSpaces(chunk, from);
  if (chunk[at] !== COLON) return false;
  at = skipSpaces(chunk, at + 1);
  if (chunk[at] !== marker.valueStart) return false;
  return marker.valueSecond === undefined || chunk[at + 1] === marker.valueSecond;
}

function skipSpaces(chunk: Buffer, from: number): number {
  let at = from;
  while (SPACES.has(chunk[at] ?? -1)) at += 1;
  return at;
}
