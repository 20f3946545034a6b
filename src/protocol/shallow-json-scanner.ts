/** Placeholder contract; see the header once implemented. */
export type JsonKind = 'string' | 'number' | 'object' | 'array' | 'true' | 'false' | 'null';

/** One member of the top-level object. Offsets count bytes from the start of the document. */
export interface TopLevelField {
  /** Key without escapes (documents with an escaped top-level key are reported as `slow`). */
  readonly key: string;
  /** Offset of the key's opening quote. */
  readonly keyStart: number;
  readonly valueStart: number;
  /** One past the value's last byte. */
  readonly valueEnd: number;
  readonly kind: JsonKind;
}

export interface ShallowScan {
  readonly fields: readonly TopLevelField[];
  /** Offset of the closing brace of the document. */
  readonly closeOffset: number;
  /** Why the document must be parsed in full, or null. */
  readonly slow: 'duplicate-key' | 'escaped-key' | 'not-object' | null;
}
