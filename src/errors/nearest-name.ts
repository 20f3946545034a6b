/**
 * The known name with the fewest changed letters, for "Did you mean …?"; null when none is near. Two letters in the wrong
 * order are one change.
 *
 * @param most changes at most; default a third of the letters, or three, and never half of the shorter name
 */
export function nearestName(name: string, known: Iterable<string>, most?: number): string | null {
  let nearest: string | null = null;
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const limit = Math.min(fewest, (most ?? sensibleChanges(name, candidate)) + 1);
    const changes = changedLetters(name.toLowerCase(), candidate.toLowerCase(), limit);
    if (changes >= limit) continue;
    fewest = changes;
    nearest = candidate;
  }
  return nearest;
}

/** More than a third of the letters wrong is another word; an ending such as `-ies` for `-y` is three. */
function sensibleChanges(name: string, candidate: string): number {
  const half = Math.floor(Math.min(name.length, candidate.length) / 2);
  return Math.min(Math.max(3, Math.floor(name.length / 3)), half);
}

/** Levenshtein's distance with swapped neighbours, or `limit` when it is not below it. O(n·m) over names of options. */
function changedLetters(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit;
  let before: readonly number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let at = 1; at <= left.length; at++) {
    const next = [at];
    for (let to = 1; to <= right.length; to++) {
      const same = left[at - 1] === right[to - 1] ? 0 : 1;
      let changes = Math.min((row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1, (row[to - 1] ?? 0) + same);
      if (left[at - 1] === right[to - 2] && left[at - 2] === right[to - 1])
        changes = Math.min(changes, (before[to - 2] ?? limit) + 1);
      next.push(changes);
    }
    before = row;
    row = next;
  }
  return Math.min(row[right.length] ?? limit, limit);
}
