/**
 * Looks for a pattern in a part of a buffer. `Buffer.indexOf` has no end: in a large read, each of whose parts is searched
 * for something that it lacks, it would walk the rest of the read every time.
 *
 * Cost: linear in the part; a view is made only where more than `WORTH_A_VIEW_BYTES` lie behind it.
 */
const WORTH_A_VIEW_BYTES = 1024;

/** @returns where `pattern` begins if all of it lies in `[start, end)`, else -1 */
export function findBytes(bytes: Buffer, pattern: Buffer, start: number, end: number): number {
  const searched = bytes.length - end > WORTH_A_VIEW_BYTES ? bytes.subarray(0, end) : bytes;
  const at = searched.indexOf(pattern, start);
  return at >= 0 && at + pattern.length <= end ? at : -1;
}
