export type JsonKind = 'string' | 'number' | 'object' | 'array' | 'true' | 'false' | 'null';

/** One member of the top-level object. Offsets count bytes from the start of the document (or of the scanned buffer). */
export interface TopLevelField {
  /** Key as written, without escapes decoded (documents with an escaped top-level key are reported as `slow`). */
  readonly key: string;
  /** Offset of the key's opening quote. */
  readonly keyStart: number;
  readonly valueStart: number;
  /** One past the value's last byte. */
  readonly valueEnd: number;
  readonly kind: JsonKind;
}

export type SlowReason = 'duplicate-key' | 'escaped-key' | 'not-object';

export interface ShallowScan {
  /** In document order; empty when the document is not an object. */
  readonly fields: readonly TopLevelField[];
  /** Offset of the closing brace of the document; -1 when it is not an object. */
  readonly closeOffset: number;
  /** Why the document must be parsed in full, or null. */
  readonly slow: SlowReason | null;
}

/** The member of that name, or undefined. Only meaningful when `scan.slow` is null or 'escaped-key'/'duplicate-key' was handled. */
export function fieldOf(scan: ShallowScan, key: string): TopLevelField | undefined {
  const { fields } = scan;
  for (let i = 0; i < fields.length; i++) if (fields[i]?.key === key) return fields[i];
  return undefined;
}
