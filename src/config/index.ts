/** The configuration's door: everything that other folders may use. */
export {
  checkConfig,
  checkExitCode,
  renderCheckJson,
  renderCheckText,
  type CheckOptions,
  type CheckReport,
  type NotNativeDeployment,
} from './check.ts';
export { ConfigError, type ConfigErrorCode, type ConfigErrorPlace } from './config-error.ts';
export { ConfigStore, type SnapshotListener, type WatchOptions } from './config-store.ts';
export { readEnvironment, type Environment } from './environment.ts';
export { loadConfig, loadConfigWithFiles, type LoadedConfig, type LoadOptions } from './load.ts';
export {
  configFromEnvironment,
  configFromFlags,
  SIMULATED_MODEL,
  type CatalogueKeys,
  type EnvironmentConfig,
  type QuickStartFlags,
} from './quick-start.ts';
export { restrictionExamples, type RestrictionExample } from './restrictions.ts';
export { watchFiles, type WatchFilesOptions } from './watch-files.ts';
