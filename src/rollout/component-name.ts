/** Names of components: a kind, `tokenizer`, or a kind and a path, `route:/v1/embeddings`. */

const PREFIX = 'FAST_LITELLM';
/** `defaults` and `enabled` mean something else in the `acceleration:` block. */
const RESERVED: ReadonlySet<string> = new Set(['defaults', 'enabled']);

/** Switches everything off: `FAST_LITELLM=off`. */
export const SWITCH_VARIABLE = PREFIX;

export const VARIABLE_PREFIX = `${PREFIX}_`;

/** Lower-case letters, digits and `_`; after a colon anything that can be seen. */
export function isComponentName(name: string): boolean {
  return /^[a-z][a-z0-9_]*(:[\x21-\x7e]+)?$/.test(name) && !RESERVED.has(name);
}

/** What several components have in common: `route` of `route:/v1/embeddings`; the name itself where there is no path. */
export function componentKind(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(0, colon);
}

/**
 * The environment variable of a component: upper case, everything but letters and digits as one `_`.
 * `route:/v1/embeddings` -> `FAST_LITELLM_ROUTE_V1_EMBEDDINGS`. Names that differ only in signs share one.
 */
export function environmentVariableOf(name: string): string {
  return `${VARIABLE_PREFIX}${name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')}`;
}
