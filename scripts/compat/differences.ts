/**
 * Reads which recordings are excused from `docs/differences-from-litellm.md`: the table under the heading
 * `## Recordings that differ`, one row per difference: recording names in backticks, then the checks that differ (a
 * pattern over `check:path` in backticks, or `all`), then what differs and why.
 */

export interface Excuse {
  readonly name: string;
  /** Which checks are excused; null: all of them. */
  readonly checks: RegExp | null;
}

const HEADING = /^## Recordings that differ\s*$/m;

/** @throws Error for a row that names nothing, an unknown recording or a broken pattern. */
export function readExcuses(markdown: string, known: ReadonlySet<string>): readonly Excuse[] {
  const start = HEADING.exec(markdown);
  if (start === null) return [];
  const section = markdown.slice(start.index + start[0].length).split(/^## /m)[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|\s*(-|Recording)/.test(line))
    .flatMap((line) => readRow(line, known));
}

function readRow(line: string, known: ReadonlySet<string>): readonly Excuse[] {
  // A pipe inside a pattern is written `\|`, as Markdown wants it.
  const cells = line.split(/(?<!\\)\|/).slice(1, -1);
  const [names, checks, reason] = cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
  if (names === undefined || checks === undefined || reason === undefined || reason === '') {
    throw new Error(`needs recordings, checks and a reason: ${line}`);
  }
  const recordings = [...names.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
  if (recordings.length === 0) throw new Error(`names no recording: ${line}`);
  const unknown = recordings.find((name) => !known.has(name));
  if (unknown !== undefined) throw new Error(`unknown recording "${unknown}"`);
  const pattern = /^`(.+)`$/.exec(checks)?.[1];
  if (pattern === undefined && checks !== 'all') throw new Error(`checks are a pattern in backticks, or all: ${line}`);
  return recordings.map((name) => ({ name, checks: pattern === undefined ? null : new RegExp(pattern) }));
}
