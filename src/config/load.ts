/**
 * From a config file to the snapshot: read, include, overlay, export variables, resolve references, build, report.
 *
 * The order is LiteLLM's, with two additions that only ever find more: a reference may name a variable that the file
 * itself sets under `environment_variables` (the process environment wins), and references inside lists resolve.
 */
import { resolve } from 'node:path';
import { checkAcceleration } from './acceleration-settings.ts';
import { ConfigError } from './config-error.ts';
import { readBudgets, type RefuseSetting } from './budget-settings.ts';
import { buildDeployments } from './deployments.ts';
import type { Environment } from './environment.ts';
import { exportVariables } from './export-variables.ts';
import { Findings } from './findings.ts';
import { mergeIncludes, overlay, parseMapping, readFileText, type FileReader } from './includes.ts';
import { MissingVariables } from './missing-variables.ts';
import { ReferenceResolver } from './references.ts';
import { readLimits } from './limit-settings.ts';
import { reportKeys } from './report-keys.ts';
import { checkRouterSettings, pathText } from './router-settings/check-router-settings.ts';
import { plainSwitches } from './router-settings/plain-switches.ts';
import { tellStrayFallbacks, type TellStray } from './router-settings/stray-fallbacks.ts';
import { tellStrayNames } from './router-settings/stray-names.ts';
import { findRestrictions } from './find-restrictions.ts';
import { readAliases, readGeneralSettings, readLitellmSettings, readRouterSettings } from './settings.ts';
import type { ConfigSnapshot, JsonObject } from './snapshot.ts';
import { tellStrayBudgets } from './stray-budgets.ts';
import { readStreamRecovery } from './stream-recovery.ts';
import { dictFromJson, JsonMaker } from './yaml/json.ts';
import { dictGet, NOWHERE, placeOfPath, pyDict, type PyDict } from './yaml/py-value.ts';

export interface LoadOptions {
  /** Path of config.yaml; null or absent: `text`, or the document alone. */
  readonly path?: string | null;
  /** The file's text, when it does not come from `path`. */
  readonly text?: string;
  /** The process environment. */
  readonly env: Environment;
  /** A document laid over the file's: mappings key by key, lists appended (from command-line flags). */
  readonly document?: JsonObject;
  /** Default 1. */
  readonly version?: number;
  /** Replaces the file system in tests. */
  readonly readFile?: FileReader;
}

export interface LoadedConfig {
  readonly snapshot: ConfigSnapshot;
  /** Absolute paths of the file and everything that it includes, the main file first. */
  readonly files: readonly string[];
}

interface Source {
  readonly root: PyDict;
  readonly files: readonly string[];
}

function readSource(options: LoadOptions, findings: Findings): Source {
  const path = options.path ?? null;
  const read = options.readFile ?? readFileText;
  if (path === null && options.text === undefined) return { root: pyDict([], NOWHERE), files: [] };
  const text = options.text ?? (path === null ? undefined : read(path));
  if (text === undefined) {
    throw new ConfigError(
      'file_not_found',
      { file: path, line: null, key: null },
      'the config file does not exist',
      'Correct the path given with --config.',
    );
  }
  const main = parseMapping(text, path, findings);
  const merged = mergeIncludes(main, path ?? resolve('config.yaml'), findings, read);
  return { root: merged.root, files: path === null ? merged.files.slice(1) : merged.files };
}

/**
 * Loads and validates a configuration.
 * @throws ConfigError with one line: file, line, key, remedy
 */
export function loadConfigWithFiles(options: LoadOptions): LoadedConfig {
  const findings = new Findings();
  const source = readSource(options, findings);
  const written =
    options.document === undefined ? source.root : overlay(source.root, dictFromJson(options.document, NOWHERE));
  const exported = exportVariables(written, options.env, findings);
  const exact = new ReferenceResolver({ lookup: (name) => options.env.get(name), listItems: false }).dict(written, '');
  const missing = new MissingVariables();
  const lookup = (name: string): string | undefined => options.env.get(name) ?? exported.own.get(name);
  const resolved = new ReferenceResolver({ lookup, listItems: true, onMissing: (one) => missing.add(one) }).dict(
    written,
    '',
  );
  const root = plainSwitches(resolved);
  missing.refuseCritical(findings);

  const json = new JsonMaker();
  const environment = exported.environment;
  const settings = { root, environment, findings, json };
  const general = readGeneralSettings(settings);
  const litellm = readLitellmSettings(settings);
  const router = readRouterSettings(settings);
  const aliases = readAliases(root);
  checkRouterSettings({ root, router: router.raw, litellm: litellm.raw }, findings);
  const deployments = buildDeployments({ root, exact, environment, findings });
  missing.refuseHopeless(root);
  const raw = json.object(root);
  const restrictions = findRestrictions({ raw, deployments, general, environment });
  reportKeys(raw, restrictions, findings);
  const tell: TellStray = (at, note) => findings.warn(pathText(at), placeOfPath(root, at), note);
  tellStrayFallbacks({ router: router.raw, litellm: litellm.raw, deployments, aliases }, tell);
  tellStrayNames({ router: router.raw, deployments, aliases }, tell);
  tellStrayBudgets({ router: router.raw, deployments, environment }, tell);
  readStreamRecovery(router.raw, deployments, (key, note) => findings.warn(key, null, note));
  const limited = { router: router.raw, litellm: litellm.raw, general: general.raw, environment, deployments };
  const refuse: RefuseSetting = (key, problem, remedy) => {
    const isInDocument = dictGet(root, key.split('.', 1)[0] ?? '') !== undefined;
    const place = isInDocument ? placeOfPath(root, key.split('.')) : { file: options.path ?? null, line: null };
    throw new ConfigError('invalid_value', { ...place, key }, problem, remedy);
  };
  readBudgets(limited, refuse);
  readLimits(limited, refuse);
  checkAcceleration(raw, environment, refuse);
  const snapshot: ConfigSnapshot = Object.freeze({
    version: options.version ?? 1,
    source: options.path ?? null,
    deployments,
    aliases,
    router,
    litellm,
    general,
    environment,
    restrictions,
    findings: findings.all(),
    raw,
  });
  return { snapshot, files: source.files };
}

/** The snapshot alone. @throws ConfigError */
export function loadConfig(options: LoadOptions): ConfigSnapshot {
  return loadConfigWithFiles(options).snapshot;
}
