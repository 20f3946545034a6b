import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects all garbage of this process. */
export function collectGarbage(): void {
  collect();
  // What a finaliser let go of.
  collect();
}
