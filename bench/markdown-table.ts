/** A table of a generated document, readable in a terminal, too: the first column to the left, numbers to the right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const pad = (text: string, column: number): string =>
    column === 0 ? text.padEnd(width[column] ?? 0) : text.padStart(width[column] ?? 0);
  const line = (cells: readonly string[]): string => `| ${head.map((_, at) => pad(cells[at] ?? '', at)).join(' | ')} |`;
  const rule = width.map((size, column) => (column === 0 ? '-'.repeat(size) : `${'-'.repeat(size - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
