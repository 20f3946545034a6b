/**
 * References to variables that are not set. LiteLLM puts nothing there and starts; here:
 *
 * - where nothing would switch a protection off (the master key, a restricting setting), it is an error;
 * - where every deployment lacks a credential or an address because of it, it is an error too: nothing could be served;
 * - anywhere else it is a warning, and the deployment is used as LiteLLM would use it.
 */
import { ConfigError } from './config-error.ts';
import type { Findings } from './findings.ts';
import type { MissingVariable } from './references.ts';
import { isRestrictingPath } from './restrictions.ts';
import { topLevelList } from './read-section.ts';
import type { PyDict } from './yaml/py-value.ts';

const CONNECTION =
  /^model_list\[(\d+)\]\.litellm_params\.(?:api_key|api_base|base_url|azure_ad_token|client_secret|aws_access_key_id|aws_secret_access_key|aws_bedrock_runtime_endpoint|vertex_credentials)$/;
const MODEL = /^model_list\[\d+\]\.litellm_params\.model$/;

function refusal({ value, path, name }: MissingVariable): ConfigError {
  const place = { ...value.place, key: path };
  return new ConfigError(
    'missing_variable',
    place,
    `the environment variable ${name} is not set`,
    `Set ${name}, or write the value here.`,
  );
}

export class MissingVariables {
  readonly #all: MissingVariable[] = [];

  add(missing: MissingVariable): void {
    this.#all.push(missing);
  }

  /** @throws ConfigError `missing_variable` */
  refuseCritical(findings: Findings): void {
    for (const missing of this.#all) {
      const critical = missing.path === 'general_settings.master_key' || MODEL.test(missing.path);
      if (critical || isRestrictingPath(missing.path)) throw refusal(missing);
      findings.warn(
        missing.path,
        missing.value.place,
        `the environment variable ${missing.name} is not set; the key counts as absent, as in LiteLLM`,
      );
    }
  }

  /** @throws ConfigError `missing_variable` when no deployment has what it needs to reach its provider */
  refuseHopeless(root: PyDict): void {
    const lacking = new Set<string>();
    for (const { path } of this.#all) {
      const index = CONNECTION.exec(path)?.[1];
      if (index !== undefined) lacking.add(index);
    }
    const count = topLevelList(root, 'model_list').items.length;
    const first = this.#all.find(({ path }) => CONNECTION.test(path));
    if (first !== undefined && lacking.size === count) throw refusal(first);
  }
}
