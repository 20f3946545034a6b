/** One member of a cluster in the test's own process: slices, the sync over Redis, a limiter, deployments. */
import { DeploymentState } from '../../src/router/deployment-state.ts';
import type { Descriptor, TokenKind } from '../../src/rate-limit/contract.ts';
import type { Admission, Refusal } from '../../src/rate-limit/rate-limiter.ts';
import { SliceSet } from '../../src/rate-limit/slices/slice-set.ts';
import { SlicedLimiter } from '../../src/rate-limit/slices/sliced-limiter.ts';
import type { ClusterSync } from '../../src/store/cluster-sync.ts';
import type { ClusterHealth } from '../../src/store/contract.ts';
import { createClusterSync } from '../../src/store/redis/create-cluster-sync.ts';
import type { RedisSettings } from '../../src/store/redis/redis-settings.ts';

export interface MemberOptions {
  readonly settings: RedisSettings;
  readonly now?: () => number;
  readonly windowMs?: number;
  readonly tokenKind?: TokenKind;
  readonly reservesTokens?: boolean;
  /** Before it starts. */
  readonly prepare?: (member: ClusterMember) => void;
}

export class ClusterMember {
  readonly lines: string[] = [];
  readonly slices: SliceSet;
  readonly limiter: SlicedLimiter;
  readonly sync: ClusterSync;
  readonly state = new DeploymentState({ deployments: 2 });
  readonly now: () => number;
  readonly #listeners = new Set<() => void>();

  private constructor({ settings, now = Date.now, windowMs = 60_000, ...tokens }: Omit<MemberOptions, 'prepare'>) {
    this.now = now;
    this.slices = new SliceSet({ seed: 7, capacity: 1000, leases: 1000, windowMs });
    this.limiter = new SlicedLimiter({ slices: this.slices, waitMs: 2 * settings.timeoutMs, now, ...tokens });
    const say = (_fields: object, line: string): void => void this.lines.push(line);
    this.sync = createClusterSync({
      settings,
      slices: this.slices,
      deployments: { ids: ['first', 'second'], state: this.state },
      log: { info: say, warn: say },
      now,
      onHealth: () => this.#listeners.forEach((listener) => listener()),
    });
  }

  static async start(options: MemberOptions): Promise<ClusterMember> {
    const { prepare, ...rest } = options;
    const member = new ClusterMember(rest);
    prepare?.(member);
    await member.sync.start();
    return member;
  }

  /** Resolves once the health is as wanted. */
  async healthy(isWanted: (health: ClusterHealth) => boolean): Promise<ClusterHealth> {
    return await new Promise((resolve) => {
      const look = (): void => {
        if (!isWanted(this.sync.health())) return;
        this.#listeners.delete(look);
        resolve(this.sync.health());
      };
      this.#listeners.add(look);
      look();
    });
  }

  async admit(name: string, limits: Partial<Descriptor>, tokens = 1): Promise<Admission | Refusal> {
    const descriptor: Descriptor = {
      key: 'api_key',
      value: name,
      requests: null,
      tokens: null,
      parallel: null,
      ...limits,
    };
    const size = { kind: 'chat', characters: 0, outputCap: tokens, candidates: 1 } as const;
    return await this.limiter.admit(this.limiter.prepare([descriptor]), { size: () => size });
  }
}
