/** Writes the status when the process ends, for those who set `FAST_LITELLM_STATUS`. */
import { writeSync } from 'node:fs';
import type { Environment } from '../config/environment.ts';
import { VARIABLES } from './variables.ts';

const STDERR = 2;

export interface StatusSource {
  status(): unknown;
  statusTable(): string;
}

/**
 * @param onUnknown the variable holds a word that is none of its own
 * @returns what takes the listener away; null: nothing was asked for
 */
export function writeStatusAtExit(
  environment: Environment,
  source: StatusSource,
  onUnknown: () => void,
): (() => void) | null {
  const format = environment.get(VARIABLES.status)?.trim().toLowerCase();
  if (format === undefined || format === '' || format === 'off') return null;
  if (format !== 'exit' && format !== 'json') {
    onUnknown();
    return null;
  }
  const write = (): void => {
    const text = format === 'json' ? `${JSON.stringify(source.status())}\n` : source.statusTable();
    // Whoever closed the stream wants nothing.
    try {
      writeSync(STDERR, text);
    } catch {}
  };
  process.on('exit', write);
  return () => process.off('exit', write);
}
