/** What an encoder has done so far, in counts: the cost tests and the benchmark read it. */
export interface EncodingWork {
  /** Bytes of text handed to a splitter. */
  scannedBytes: number;
  /** Pieces that neither the cache nor the table of tokens knew. */
  mergedPieces: number;
  /** Joins of two neighbours in short pieces. */
  merges: number;
  /** Steps of the search through long pieces. */
  searchSteps: number;
}

export function noWork(): EncodingWork {
  return { scannedBytes: 0, mergedPieces: 0, merges: 0, searchSteps: 0 };
}
