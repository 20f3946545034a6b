/** Puts generated text between `<!-- NAME -->` and `<!-- /NAME -->` of a document. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * @param document path from the root
 * @throws Error when the document has no such place
 */
export function writeGenerated(document: string, name: string, text: string): void {
  const file = path.join(path.dirname(import.meta.dirname), document);
  const before = readFileSync(file, 'utf8');
  const begin = before.indexOf(`<!-- ${name} -->\n`);
  const end = before.indexOf(`<!-- /${name} -->`);
  if (begin < 0 || end < begin) throw new Error(`${document} has no place for ${name}`);
  const after = begin + `<!-- ${name} -->\n`.length;
  writeFileSync(file, `${before.slice(0, after)}\n${text.trimEnd()}\n\n${before.slice(end)}`);
}
