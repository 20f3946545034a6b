/** The deployments of a router, as an immutable list: what adding, replacing and removing gives is a new one. */
import type { Environment } from '../../config/environment.ts';
import type { Deployment } from '../../config/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonObject, type JsonObject } from '../../protocol/json.ts';
import type { DeploymentInfo } from './contract.ts';
import { type EntryRules, isParamName, type ReadEntry, readEntries, readEntry, respelled } from './read-deployments.ts';

export interface ListChange {
  readonly list: DeploymentList;
  readonly deployment: DeploymentInfo;
}

export class DeploymentList {
  readonly entries: readonly ReadEntry[];
  readonly #rules: EntryRules;

  private constructor(entries: readonly ReadEntry[], rules: EntryRules) {
    this.entries = entries;
    this.#rules = rules;
  }

  /** @throws GatewayError `bad_request` */
  static read(list: unknown, settings: JsonObject, environment: Environment): DeploymentList {
    const rules = rulesOf(settings, environment);
    return new DeploymentList(readEntries(list, rules), rules);
  }

  /** The same entries under other settings. */
  under(settings: JsonObject): DeploymentList {
    return new DeploymentList(this.entries, rulesOf(settings, this.#rules.environment));
  }

  /** @param ids left out: all */
  all(ids?: ReadonlySet<string>): readonly DeploymentInfo[] {
    const deployments = this.entries.flatMap((entry) => entry.deployments);
    return deployments.filter(({ id }) => ids?.has(id) ?? true).map(infoOf);
  }

  names(): readonly string[] {
    return [...new Set(this.entries.flatMap(({ deployments }) => deployments.map(({ modelName }) => modelName)))];
  }

  /** @returns null: nothing changes. @throws GatewayError `bad_request` */
  with(value: unknown, way: 'add' | 'upsert'): ListChange | null {
    const read = readEntry(value, this.#rules, 'deployment');
    const deployment = read?.deployments[0];
    if (read === null || deployment === undefined) return null;
    const at = this.entries.findIndex((entry) => entry.deployments.some(({ id }) => id === deployment.id));
    const known = this.entries[at];
    if (known !== undefined && (way === 'add' || sameEntry(known, read))) return null;
    const entries = known === undefined ? [...this.entries, read] : this.entries.with(at, read);
    return { list: new DeploymentList(entries, this.#rules), deployment: infoOf(deployment) };
  }

  without(gone: string): DeploymentList {
    const entries = this.entries.filter((entry) => !entry.deployments.some(({ id }) => id === gone));
    return new DeploymentList(entries, this.#rules);
  }
}

function rulesOf(settings: JsonObject, environment: Environment): EntryRules {
  const defaults = settings['default_litellm_params'];
  return {
    environment,
    defaults: isJsonObject(defaults) ? respelled(defaults, isParamName) : {},
    ignoreInvalid: settings['ignore_invalid_deployments'] === true,
  };
}

function sameEntry(left: ReadEntry, right: ReadEntry): boolean {
  return JSON.stringify(left.entry) === JSON.stringify(right.entry);
}

/** Copies, so that a program that changes what it got changes nothing here. */
function infoOf({ id, modelName, params, modelInfo }: Deployment): DeploymentInfo {
  const { model } = params;
  if (typeof model !== 'string') throw new GatewayError('bad_request', `The deployment ${id} has no model.`);
  return { modelName, litellmParams: { ...params, model }, modelInfo: { ...modelInfo, id } };
}
