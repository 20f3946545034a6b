/**
 * What happens to streams that break off, per model group; read once per configuration. Null where nothing is set
 * anywhere, so that a call asks one question and pays for nothing else. Off by default.
 */
import { readStreamRecovery, type PerGroup, type StreamRecoveryMode } from '../../../config/stream-recovery.ts';
import type { ConfigSnapshot, Deployment } from '../../../config/snapshot.ts';
import type { Resolution } from '../../../router/model-index.ts';

/** How long the beginning of a stream is kept from the client; the first limit that is reached ends it. */
export interface HoldBackLimits {
  readonly ms: number | null;
  /** Characters of the answer. */
  readonly chars: number | null;
}

export interface GroupRecovery {
  readonly mode: StreamRecoveryMode;
  readonly holdBack: HoldBackLimits | null;
}

export interface RecoverySettings {
  /** Null: streams of this group are neither held back nor taken up again. */
  of(resolution: Resolution): GroupRecovery | null;
  /** Whether the deployment goes on behind a last message in the assistant's name. */
  prefills(deployment: Deployment): boolean;
}

/** @param priceTableSaysPrefill what is known of the deployment's model where the deployment itself says nothing */
export function compileRecovery(
  { router, deployments }: Pick<ConfigSnapshot, 'router' | 'deployments'>,
  priceTableSaysPrefill: (deployment: Deployment) => boolean,
): RecoverySettings | null {
  // The loader has told what is wrong with them.
  const { mode, holdBackMs, holdBackChars } = readStreamRecovery(router.raw, deployments, () => {});
  const isSet = [holdBackMs, holdBackChars].some(({ byGroup, others }) => byGroup.size > 0 || others !== null);
  const modes = [...mode.byGroup.values(), mode.others ?? 'off'];
  if (!isSet && modes.every((each) => each === 'off')) return null;
  return {
    of(resolution) {
      const chosen = valueFor(mode, resolution) ?? 'off';
      const holdBack = {
        ms: positive(valueFor(holdBackMs, resolution)),
        chars: positive(valueFor(holdBackChars, resolution)),
      };
      const holds = holdBack.ms !== null || holdBack.chars !== null;
      if (chosen === 'off' && !holds) return null;
      return { mode: chosen, holdBack: holds ? holdBack : null };
    },
    prefills(deployment) {
      const declared = deployment.modelInfo['supports_assistant_prefill'];
      return typeof declared === 'boolean' ? declared : priceTableSaysPrefill(deployment);
    },
  };
}

/** By the name of the group, else by the `model_name` of its deployments, which may be a pattern. */
function valueFor<Value>({ byGroup, others }: PerGroup<Value>, { group, candidates }: Resolution): Value | null {
  return byGroup.get(group) ?? byGroup.get(candidates[0]?.deployment.modelName ?? '') ?? others;
}

function positive(value: number | null): number | null {
  return value === null || value <= 0 ? null : value;
}
