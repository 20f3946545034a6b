import type { SpliceEdit } from '../primitives/byte-segments.ts';
import { fieldOf, type ShallowScan } from './shallow-json-scanner.ts';

/** A model name as JSON text, made once per deployment and used for every reply. */
export function encodeModelName(name: string): Buffer {
  return Buffer.from(JSON.stringify(name));
}

/**
 * The edit that gives a document's top-level `model` the pre-encoded value; null when there is no such member, when it says
 * so already, or when the scan is `slow` (the caller then parses the document).
 */
export function modelStampEdit(buffer: Buffer, scan: ShallowScan, encodedName: Buffer): SpliceEdit | null {
  if (scan.slow !== null) return null;
  const field = fieldOf(scan, 'model');
  if (field === undefined || sameBytes(buffer, field.valueStart, field.valueEnd, encodedName)) return null;
  return { start: field.valueStart, end: field.valueEnd, bytes: encodedName };
}

function sameBytes(buffer: Buffer, start: number, end: number, expected: Buffer): boolean {
  if (end - start !== expected.length) return false;
  for (let i = 0; i < expected.length; i++) if (buffer[start + i] !== expected[i]) return false;
  return true;
}
