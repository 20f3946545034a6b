/** Reads the compact route lists of this folder: `METHOD,METHOD:path METHOD:path …`. */
export interface ListedRoute {
  readonly methods: readonly string[];
  readonly path: string;
}

export function listedRoutes(text: string): readonly ListedRoute[] {
  return text
    .trim()
    .split(/\s+/)
    .map((token) => {
      const colon = token.indexOf(':');
      return { methods: token.slice(0, colon).split(','), path: token.slice(colon + 1) };
    });
}

/** The same route whatever its parameters are called. */
export function routeKey(method: string, path: string): string {
  return `${method} ${path.replace(/\{\w+(?::path)?\}/g, '{}')}`;
}
