/**
 * Wildcard model names: `openai/*`, `team-*-x`, `*`.
 *
 * LiteLLM-compat: a pattern is matched from the start of the name and may end before it (`team-*-x` matches
 * `team-a-xyz`); each `*` takes as much as it can, leftmost first, and never crosses a line break. That is what its
 * regular expression does; here the literal pieces are searched from the right instead, which gives the same segments
 * without backtracking: O(pieces × name length), no RegExp on names that clients choose.
 */
const LINE_BREAK = '\n';
const ESCAPED_BY_PYTHON = '()[]{}?*+-|^$\\.&~# \t\n\r\v\f';
const COUNTED_AS_COMPLEX = '*+?\\^$|()';

export interface WildcardPattern {
  readonly source: string;
  /** Literal pieces around the stars; one more than there are stars. */
  readonly pieces: readonly string[];
  /** Sort key of LiteLLM: length of its regular expression, then how many special characters it holds. */
  readonly length: number;
  readonly complexity: number;
}

export function compileWildcard(source: string): WildcardPattern {
  let length = 0;
  let complexity = 0;
  for (const character of source) {
    const text = character === '*' ? '(.*)' : ESCAPED_BY_PYTHON.includes(character) ? `\\${character}` : character;
    length += text === character ? 1 : text.length;
    for (const part of text) if (COUNTED_AS_COMPLEX.includes(part)) complexity++;
  }
  return { source, pieces: source.split('*'), length, complexity };
}

/** Most specific first; equal ones keep the order in which they were configured. */
export function compareSpecificity(left: WildcardPattern, right: WildcardPattern): number {
  return right.length - left.length || right.complexity - left.complexity;
}

/** @returns what each `*` stands for, or null when the name does not match */
export function matchWildcard(pattern: WildcardPattern, name: string): readonly string[] | null {
  const { pieces } = pattern;
  const first = pieces[0] ?? '';
  if (!name.startsWith(first)) return null;
  const lineBreak = name.indexOf(LINE_BREAK, first.length);
  const text = lineBreak === -1 ? name : name.slice(0, lineBreak);
  const stars = pieces.length - 1;
  const starts = new Array<number>(stars).fill(0);
  let end = text.length;
  for (let star = stars - 1; star >= 0; star--) {
    const piece = pieces[star + 1] ?? '';
    const latest = end - piece.length;
    if (latest < first.length) return null;
    const start = text.lastIndexOf(piece, latest);
    if (start < first.length) return null;
    starts[star] = start;
    end = start;
  }
  let begin = first.length;
  return starts.map((start, star) => {
    const segment = text.slice(begin, start);
    begin = start + (pieces[star + 1] ?? '').length;
    return segment;
  });
}

/**
 * Name of the deployment's model for a request that matched.
 * LiteLLM-compat: with more segments than stars in `model`, the requested name itself is used.
 */
export function substituteWildcard(model: string, segments: readonly string[], requested: string): string {
  if (!model.includes('*')) return model;
  if (segments.length > model.split('*').length - 1) return requested;
  let name = model;
  for (const segment of segments) name = name.replace('*', () => segment);
  return name;
}
