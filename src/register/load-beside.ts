/**
 * Loads a module of this folder at once, when it is first needed. Synchronous, because the calls that need it are: a
 * `require` of the program, a function that the program awaits nothing of.
 */
import { createRequire } from 'node:module';
import path from 'node:path';

const load = createRequire(import.meta.url);
const EXTENSION = path.extname(import.meta.url);

/** @param name path without its extension, `tokenizer/js-tiktoken`; every caller's type is that module's */
export function loadBeside<Exports>(name: string): Exports {
  return load(`./${name}${EXTENSION}`) as Exports;
}
