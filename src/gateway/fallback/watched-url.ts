/** A LiteLLM that somebody else runs. It need not be up when the gateway starts; it must not be open. */
import type { Logger } from 'pino';
import type { SnapshotSource } from '../threads/configuration-source.ts';
import type { FallbackState, RunningFallback } from './contract.ts';
import { FallbackError } from './fallback-error.ts';
import { firstState, HeldState } from './fallback-state.ts';
import type { FallbackTools } from './fallback-tools.ts';
import { HealthWatch } from './health-watch.ts';

/** @throws FallbackError when it serves whoever comes */
export async function watchUrl(
  origin: string,
  snapshots: SnapshotSource,
  log: Logger,
  { probe, pause, now }: FallbackTools,
): Promise<RunningFallback> {
  const state = new HeldState(firstState({ kind: 'url', origin }, now()), now);
  const watch = new HealthWatch({
    origin,
    probe,
    pause,
    verifyTls: () => snapshots.current().litellm.sslVerify,
    asksForKey: () => snapshots.current().general.masterKey !== null,
    onHealth: (health, reason) => state.change({ health, reason }),
  });
  await watch.look();
  const first = state.current();
  if (first.health === 'open')
    throw new FallbackError(
      `The LiteLLM at ${origin} answers without a key, and this gateway asks for one: whoever shows it a wrong key would be served there. Start that LiteLLM with the same general_settings.master_key.`,
    );
  if (first.health !== 'up') log.warn({ reason: first.reason }, NOT_UP_YET);
  const unsubscribe = [
    state.subscribe((next) => tell(next, log)),
    snapshots.subscribe(() => {
      watch.forget();
      log.warn(`The LiteLLM at ${origin} keeps the configuration it has; load it there too.`);
    }),
  ];
  void watch.run();
  return {
    current: () => state.current(),
    subscribe: (listener) => state.subscribe(listener),
    stop: () => {
      for (const leave of unsubscribe) leave();
      watch.stop();
      return Promise.resolve();
    },
  };
}

const NOT_UP_YET =
  'LiteLLM does not answer yet. What only it serves gets 503 until it does; native routes are not affected.';

function tell({ health, reason }: FallbackState, log: Logger): void {
  if (health === 'up') log.info('LiteLLM answers.');
  else if (health === 'open') log.error({ reason }, 'LiteLLM is not used, because it asks nobody for a key.');
  else if (health === 'silent') log.warn({ reason }, 'LiteLLM has not answered for a while; it is used all the same.');
  else log.warn({ reason }, 'LiteLLM does not answer; native routes are not affected.');
}
