/** Composes the gateway out of its folders; loaded only by commands that need it. */
import type { Modules } from './ports.ts';
import { StartError } from './usage-error.ts';

export async function loadModules(): Promise<Modules> {
  throw new StartError('This build has no server yet.');
}
