/** Why a configuration was refused. Stable: tests and scripts may read it. */
export type ConfigErrorCode =
  | 'file_not_found'
  | 'file_unreadable'
  | 'yaml_syntax'
  | 'empty'
  | 'wrong_type'
  | 'missing_key'
  | 'missing_variable'
  | 'invalid_value'
  | 'nothing_to_serve';

export interface ConfigErrorPlace {
  /** Path of the file, null for text that came from no file. */
  readonly file: string | null;
  /** 1-based, null when the fault has no line. */
  readonly line: number | null;
  /** Dotted path such as `model_list[2].litellm_params.model`, null when the fault is the file itself. */
  readonly key: string | null;
}

/**
 * A configuration that cannot be used. `message` is one line: place, fault, remedy. Values of the file are never in
 * it, only their types: they may be secrets.
 */
export class ConfigError extends Error {
  readonly code: ConfigErrorCode;
  readonly file: string | null;
  readonly line: number | null;
  readonly key: string | null;
  readonly remedy: string;

  constructor(code: ConfigErrorCode, place: ConfigErrorPlace, problem: string, remedy: string) {
    const where = `${place.file ?? 'config'}${place.line === null ? '' : `:${place.line}`}`;
    const text = `${where}: ${place.key === null ? '' : `${place.key}: `}${problem}. ${remedy}`;
    super(text.replaceAll(/\s*[\r\n]+\s*/g, ' '));
    this.name = 'ConfigError';
    this.code = code;
    this.file = place.file;
    this.line = place.line;
    this.key = place.key;
    this.remedy = remedy;
  }
}
