import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { SnapshotSource } from '../threads/configuration-source.ts';
import type { FallbackChoice, RunningFallback } from './contract.ts';
import { FallbackError } from './fallback-error.ts';
import { SYSTEM_TOOLS, type FallbackTools } from './fallback-tools.ts';
import { watchUrl } from './watched-url.ts';

/** @throws FallbackError when it must not be used */
export async function startFallback(
  choice: FallbackChoice,
  { snapshots, log }: { readonly snapshots: SnapshotSource; readonly log: Logger },
  tools: FallbackTools = SYSTEM_TOOLS,
): Promise<{ readonly running: RunningFallback; readonly pseudonym: string }> {
  const pseudonym = `fast-litellm-${randomBytes(6).toString('hex')}`;
  if (choice.kind === 'spawn')
    throw new FallbackError('`--fallback spawn` is not there yet; give the address of a LiteLLM.');
  return { pseudonym, running: await watchUrl(choice.origin, snapshots, log, tools) };
}
