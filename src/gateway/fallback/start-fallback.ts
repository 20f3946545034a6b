import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { SnapshotSource } from '../threads/configuration-source.ts';
import type { FallbackChoice, RunningFallback } from './contract.ts';
import { SYSTEM_TOOLS, type FallbackTools } from './fallback-tools.ts';
import { spawnLitellm } from './spawned-litellm.ts';
import { watchUrl } from './watched-url.ts';

export interface StartFallbackOptions {
  readonly snapshots: SnapshotSource;
  readonly log: Logger;
  readonly drainTimeoutMs: number;
}

/** @throws FallbackError when it must not be used, or cannot be started */
export async function startFallback(
  choice: FallbackChoice,
  options: StartFallbackOptions,
  tools: FallbackTools = SYSTEM_TOOLS,
): Promise<{ readonly running: RunningFallback; readonly pseudonym: string }> {
  const pseudonym = `fast-litellm-${randomBytes(6).toString('hex')}`;
  const running =
    choice.kind === 'spawn'
      ? spawnLitellm({ ...options, configFile: choice.configFile }, tools)
      : await watchUrl(choice.origin, options.snapshots, options.log, tools);
  return { pseudonym, running };
}
