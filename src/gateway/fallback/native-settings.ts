/** What of a configuration decides that LiteLLM serves more than the routes show. */
import { readAcceleration } from '../../config/acceleration-settings.ts';
import { callFeatures, type CallFeature } from '../../config/call-features.ts';
import type { ConfigSnapshot } from '../../config/snapshot.ts';

/** Settings of model calls that have no effect here, without those that may be done without. */
export function unheeded(snapshot: ConfigSnapshot): readonly CallFeature[] {
  const { nativeWithout } = readAcceleration(snapshot.raw, snapshot.environment);
  return callFeatures(snapshot).filter(({ key }) => !nativeWithout.has(key));
}

/** LiteLLM's database may hold models besides those of the file. */
export function mayHoldModels({ general, environment }: ConfigSnapshot): boolean {
  return Boolean(general.raw['database_url']) || Boolean(environment.get('DATABASE_URL'));
}
