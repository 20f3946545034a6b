/** Path and query of a request target. */
export interface TargetParts {
  readonly path: string;
  readonly query: string;
}

/** The target as sent, which may be in absolute form; a path that is empty counts as `/`. */
export function splitTarget(target: string): TargetParts {
  const origin = originLength(target);
  const question = target.indexOf('?', origin);
  const path = question === -1 ? target.slice(origin) : target.slice(origin, question);
  return { path: path === '' ? '/' : path, query: question === -1 ? '' : target.slice(question + 1) };
}

/** Length of `http://host` at the start of an absolute-form target, else 0. */
function originLength(target: string): number {
  if (target.startsWith('/')) return 0;
  const scheme = /^https?:\/\/[^/?]*/i.exec(target);
  return scheme === null ? 0 : scheme[0].length;
}
