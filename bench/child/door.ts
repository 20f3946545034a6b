/** Modules that a benchmark names at run time. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../installed.ts';

/** What a user's import of the built package gives; only a file of the package itself may name it so. */
export async function loadOwn<T>(name: 'fast-litellm' | 'fast-litellm/tokenizer'): Promise<T> {
  return load(pathToFileURL(createRequire(path.join(ROOT, 'package.json')).resolve(name)).href);
}

/** A package of `bench/`, which a clone may not have. */
export async function load<T>(specifier: string): Promise<T> {
  return (await import(specifier)) as T;
}
