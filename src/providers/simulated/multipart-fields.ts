/**
 * The text fields of a multipart form and the size of its file. Reads only what the simulated provider needs: fields
 * longer than 4 KB and everything that has a file name count as the file. Source: RFC 7578.
 */
import type { JsonObject } from '../../protocol/json.ts';

const LONGEST_FIELD = 4_096;
const MOST_PARTS = 100;
const BLANK_LINE = Buffer.from('\r\n\r\n');

export interface MultipartFields {
  readonly fields: JsonObject;
  readonly fileBytes: number;
}

export function readMultipart(contentType: string, body: Buffer): MultipartFields | null {
  const match = /^multipart\/form-data\b.*?\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) return null;
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const fields: [string, string][] = [];
  let fileBytes = 0;
  let start = body.indexOf(delimiter);
  for (let parts = 0; start !== -1 && parts < MOST_PARTS; parts += 1) {
    const next = body.indexOf(delimiter, start + delimiter.length);
    if (next === -1) break;
    const head = body.indexOf(BLANK_LINE, start + delimiter.length);
    if (head !== -1 && head < next) {
      const headers = body.toString('latin1', start + delimiter.length, head);
      // The line break before the delimiter belongs to the delimiter.
      const content = body.subarray(head + BLANK_LINE.length, Math.max(head + BLANK_LINE.length, next - 2));
      const name = /\bname="([^"]*)"/i.exec(headers)?.[1];
      if (/\bfilename\*?=/i.test(headers) || content.length > LONGEST_FIELD) fileBytes += content.length;
      else if (name !== undefined) fields.push([name, content.toString('utf8')]);
    }
    start = next;
  }
  return { fields: Object.fromEntries(fields), fileBytes };
}
