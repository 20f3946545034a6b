/**
 * Keeps a process in touch with the others over Redis: slices of limits, cooldowns, use of deployments. Runs in the thread
 * that loads the configuration; other threads see what it learns in the shared memory. Nothing of the client is loaded
 * where no Redis is configured.
 *
 * Follows every configuration: a reload that brings, moves or takes away the Redis, or changes what its keys are hashed
 * with, joins, moves or leaves. One change at a time; of those that come meanwhile only the last one counts.
 */
import type { Logger } from 'pino';
import type { LimiterState } from '../../rate-limit/contract.ts';
import type { ClusterSync } from '../../store/cluster-sync.ts';
import type { SharedDeployments } from '../../store/deployment-exchange.ts';
import { deploymentStateOf, type Configuration } from '../threads/counting-memory.ts';
import { clusterMemoryName, clusterSettings, clusterSlices } from './cluster-settings.ts';

export class ClusterLink {
  readonly #log: Logger;
  #sync: ClusterSync | null = null;
  /** Settings of `#sync` as text, and the memory that it keeps in step. */
  #settings = NOWHERE;
  #memory: LimiterState | null = null;
  #wanted: Configuration | null = null;
  #changes: Promise<void> = Promise.resolve();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Another configuration is in force. Resolves once the first exchange was tried; Redis may be away. */
  async follow(configuration: Configuration): Promise<void> {
    this.#wanted = configuration;
    this.#changes = this.#changes
      .then(() => this.#change())
      .catch((err: unknown) => this.#log.error({ err }, 'This gateway counts for itself: it cannot join the others.'));
    await this.#changes;
  }

  async stop(): Promise<void> {
    this.#wanted = null;
    await this.#changes;
    await this.#leave();
  }

  async #change(): Promise<void> {
    const configuration = this.#wanted;
    if (configuration === null) return;
    const settings = clusterSettings(configuration.snapshot);
    const memory = settings === null ? null : (configuration.memory.limits[clusterMemoryName(settings)] ?? null);
    const text = settings === null || memory === null ? NOWHERE : JSON.stringify(settings);
    if (text === this.#settings && memory === this.#memory) {
      this.#sync?.share(sharedDeployments(configuration));
      return;
    }
    await this.#leave();
    if (settings === null || memory === null) return;
    const { createClusterSync } = await import('../../store/redis/create-cluster-sync.ts');
    this.#settings = text;
    this.#memory = memory;
    this.#sync = createClusterSync({
      settings: settings.redis,
      slices: clusterSlices(settings, 0, memory),
      deployments: sharedDeployments(configuration),
      log: this.#log,
      now: () => Date.now(),
    });
    await this.#sync.start();
  }

  async #leave(): Promise<void> {
    const sync = this.#sync;
    this.#sync = this.#memory = null;
    this.#settings = NOWHERE;
    await sync?.stop();
  }
}

const NOWHERE = '';

function sharedDeployments(configuration: Configuration): SharedDeployments {
  return {
    ids: configuration.snapshot.deployments.map(({ id }) => id),
    state: deploymentStateOf(configuration),
  };
}
