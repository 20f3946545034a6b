/** `environment_variables`: laid over the process environment, as LiteLLM exports them at start. */
import { ConfigError } from './config-error.ts';
import type { Environment } from './environment.ts';
import type { Findings } from './findings.ts';
import { Section } from './read-section.ts';
import { referenceName } from './references.ts';
import { pyString } from './yaml/py-text.ts';
import type { PyDict, PyValue } from './yaml/py-value.ts';

/** Variables that steer the process itself; LiteLLM refuses to set them from a file. */
const BLOCKED: ReadonlySet<string> = new Set(
  `PATH LD_PRELOAD LD_LIBRARY_PATH DYLD_LIBRARY_PATH DYLD_INSERT_LIBRARIES PYTHONPATH PYTHONSTARTUP PYTHONHOME HOME USER
   SHELL LOGNAME NO_PROXY no_proxy NODE_OPTIONS`.split(/\s+/),
);

export interface ExportedVariables {
  /** The process environment with the file's variables over it. */
  readonly environment: Environment;
  /** Only the file's variables. */
  readonly own: Environment;
}

const SECTION = 'environment_variables';

function textOf(value: PyValue, process: Environment): string | undefined {
  const reference = referenceName(value);
  if (reference !== null) return process.get(reference);
  return value.kind === 'none' ? undefined : pyString(value);
}

/** @throws ConfigError */
export function exportVariables(root: PyDict, process: Environment, findings: Findings): ExportedVariables {
  const own = new Map<string, string>();
  for (const { key, value } of new Section(root, SECTION).dict.entries) {
    if (key.kind !== 'str') {
      throw new ConfigError(
        'wrong_type',
        { ...key.place, key: SECTION },
        'a variable name is not a string',
        'Put the name in quotes.',
      );
    }
    const path = `${SECTION}.${key.value}`;
    const text = textOf(value, process);
    if (BLOCKED.has(key.value))
      findings.warn(path, key.place, 'this variable cannot be set from a config file; it is left as it is');
    else if (text !== undefined) own.set(key.value, text);
  }
  return { environment: new Map([...process, ...own]), own };
}
