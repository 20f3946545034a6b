/** The configuration's door: everything other folders may use. */
export { ConfigError, type ConfigErrorCode, type ConfigErrorPlace } from './config-error.ts';
export { readEnvironment, type Environment } from './environment.ts';
export { loadConfig, loadConfigWithFiles, type LoadedConfig, type LoadOptions } from './load.ts';
export { restrictionExamples, type RestrictionExample } from './restrictions.ts';
