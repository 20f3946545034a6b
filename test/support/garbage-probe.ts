/** Preloaded into a gateway process: collects its garbage at SIGUSR2, and says so on its standard error. */
import process from 'node:process';
import { collectGarbage } from './collect-garbage.ts';

/** What it says. */
export const COLLECTED = 'garbage collected\n';

process.on('SIGUSR2', () => {
  collectGarbage();
  process.stderr.write(COLLECTED);
});
