/**
 * Random numbers as choices: a run is repeated with other numbers from a small grid until it does what is wanted, or
 * until all its paths are seen.
 */

/** Thrown by a run that took a wrong turn; the last choice is made differently. */
export class WrongTurn extends Error {}

type Choose = () => number;

// Hits each of 1, 2, 3, 4 equally likely deployments.
const SEARCH_GRID = [1 / 24, 7 / 24, 11 / 24, 13 / 24, 17 / 24, 23 / 24];
const MOST_RUNS = 20_000;

/** Depth-first; null when no path ends without a wrong turn. */
export async function findPath<Result>(run: (choose: Choose) => Promise<Result>): Promise<Result | null> {
  const path: number[] = [];
  for (let runs = 0; runs < MOST_RUNS; runs++) {
    let made = 0;
    const choose = (): number => {
      const choice = (path[made] ??= 0);
      made++;
      return SEARCH_GRID[choice] ?? 0;
    };
    try {
      return await run(choose);
    } catch (error) {
      if (!(error instanceof WrongTurn)) throw error;
    }
    path.length = made;
    if (!advance(path, SEARCH_GRID.length)) return null;
  }
  throw new Error(`no end after ${MOST_RUNS} runs`);
}

const HALVES = [0.25, 0.75];

/** All paths of a run whose choices are between two. */
export async function* choicePaths<Result>(
  run: (choose: Choose) => Promise<Result>,
): AsyncGenerator<{ readonly share: number; readonly result: Result }> {
  const path: number[] = [];
  do {
    let made = 0;
    const choose = (): number => HALVES[(path[made++] ??= 0)] ?? 0;
    const result = await run(choose);
    path.length = made;
    yield { share: 2 ** -made, result };
  } while (advance(path, HALVES.length));
}

function advance(path: number[], options: number): boolean {
  for (;;) {
    const last = path.pop();
    if (last === undefined) return false;
    if (last + 1 >= options) continue;
    path.push(last + 1);
    return true;
  }
}
