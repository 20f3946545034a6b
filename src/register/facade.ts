/**
 * The module that stands for an ES module of a replaced package. It imports the original, hands its namespace to the
 * hook, and exports everything that the original exports, with the values that the hook gives for some names.
 *
 * A `data:` URL, because it needs no `load` hook: one of those would be asked for every module of the program, and
 * Node takes CommonJS modules another way as soon as there is one (docs/decisions/0016-register-hook.md).
 */

/** Where a facade finds the hook that made it: one for the process, whatever copies of this package it holds. */
export const REGISTRY = Symbol.for('fast-litellm/register');

const PREFIX = 'data:text/javascript,';
const MARK = '/*fast-litellm*/';

export function facadeUrl(original: string, names: readonly string[]): string {
  const url = JSON.stringify(original);
  const source = [
    `${MARK}import * as original from ${url};`,
    `const served = globalThis[Symbol.for(${JSON.stringify(REGISTRY.description)})]?.serve(${url}, original) ?? {};`,
    `export * from ${url};`,
    ...names.map((name) => `export const ${name} = served.${name} ?? original.${name};`),
  ].join('\n');
  return PREFIX + encodeURIComponent(source);
}

/** Whether a module is a facade: then what it imports is the original. */
export function isFacade(url: string | undefined): boolean {
  return url !== undefined && url.startsWith(PREFIX + encodeURIComponent(MARK));
}
