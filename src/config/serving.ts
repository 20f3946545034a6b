/** Who serves what when a LiteLLM stands behind the gateway, as `check` tells it. */
export interface ServedThing {
  /** A model group, or the path of a route family. */
  readonly name: string;
  /** Why LiteLLM serves it, one sentence; null: it is served natively. */
  readonly reason: string | null;
}

export interface Serving {
  readonly groups: readonly ServedThing[];
  /** Everything that is not named is LiteLLM's. */
  readonly routes: readonly ServedThing[];
  /** Why callers without the master key are LiteLLM's; null: nobody is asked for a key. */
  readonly otherKeys: string | null;
}

/** Lines of text, each without its line feed. */
export function servingLines({ groups, routes, otherKeys }: Serving): readonly string[] {
  const width = Math.max(0, ...[...groups, ...routes].map(({ name }) => name.length));
  const row = ({ name, reason }: ServedThing): string =>
    `  ${name.padEnd(width)}  ${reason === null ? 'native' : `LiteLLM  ${reason}`}`;
  return [
    '',
    `Who serves it, with --fallback: model groups (${groups.length})`,
    ...groups.map(row),
    '',
    `Who serves it, with --fallback: routes (${routes.length})`,
    ...routes.map(row),
    `  ${'everything else'.padEnd(width)}  LiteLLM`,
    ...(otherKeys === null ? [] : [`  ${'other keys'.padEnd(width)}  LiteLLM  ${otherKeys}`]),
  ];
}
