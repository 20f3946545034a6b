/** The known name with the fewest changed letters, for "Did you mean …?"; null when none is near. */
export function nearestName(name: string, known: Iterable<string>): string | null {
  let nearest: string | null = null;
  // More than a third of the letters wrong is another word; an ending such as `-ies` for `-y` is three.
  let fewest = Math.max(3, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const changes = changedLetters(name.toLowerCase(), candidate.toLowerCase(), fewest);
    if (changes >= fewest) continue;
    fewest = changes;
    nearest = candidate;
  }
  return nearest;
}

/** Levenshtein's distance, or `limit` when it is not below it. O(n·m) over names of options. */
function changedLetters(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit;
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let at = 1; at <= left.length; at++) {
    const next = [at];
    for (let to = 1; to <= right.length; to++) {
      const same = left[at - 1] === right[to - 1] ? 0 : 1;
      next.push(Math.min((row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1, (row[to - 1] ?? 0) + same));
    }
    row = next;
  }
  return Math.min(row[right.length] ?? limit, limit);
}
