/**
 * Settings that restrict access, content or spend and are not enforced here: what they govern is refused (501, naming
 * the key) instead of being served without them. Compiled once; without such settings each check is one comparison.
 */
import type { ConfigSnapshot, Restriction } from '../../config/snapshot.ts';
import type { CallerIdentity } from '../contract.ts';
import { notServed } from '../http/not-served.ts';

export interface RestrictionChecks {
  /** For every route that asks for a key. @throws GatewayError `not_implemented` */
  route(caller: CallerIdentity, isLlmRoute: boolean): void;
  /** For the model group that a request resolved to; null: no group is restricted. @throws GatewayError `not_implemented` */
  readonly group: ((caller: CallerIdentity, modelName: string) => void) | null;
}

export function compileRestrictions(snapshot: ConfigSnapshot): RestrictionChecks {
  const everywhere = snapshot.restrictions.filter((restriction) => restriction.scope === 'all');
  const llm = snapshot.restrictions.filter((restriction) => restriction.scope === 'llm' || restriction.scope === 'all');
  const groups = new Map<string, Restriction[]>();
  for (const restriction of snapshot.restrictions) {
    if (typeof restriction.scope !== 'object') continue;
    const { modelName } = restriction.scope;
    groups.set(modelName, [...(groups.get(modelName) ?? []), restriction]);
  }
  return {
    route: (caller, isLlmRoute) => refuseFirst(isLlmRoute ? llm : everywhere, caller),
    group: groups.size === 0 ? null : (caller, modelName) => refuseFirst(groups.get(modelName) ?? [], caller),
  };
}

function refuseFirst(restrictions: readonly Restriction[], caller: CallerIdentity): void {
  for (const restriction of restrictions) {
    if (restriction.masterKeyPasses && caller.kind === 'master') continue;
    throw notServed(
      `\`${restriction.key}\` is set and not enforced natively yet, so this request is not served without it.`,
    );
  }
}
