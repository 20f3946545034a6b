/** `model_info.custom_tokenizer` of a deployment: where its tokenizer comes from. */
import path from 'node:path';
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { HuggingFaceSource } from '../../tokenizer/hugging-face.ts';

export interface CustomTokenizer {
  readonly identifier: string;
  readonly source: HuggingFaceSource;
  readonly isLocal: boolean;
  /** Two that are alike are one tokenizer. Holds the token for the hub: never to be shown. */
  readonly key: string;
}

/** Null: the deployment has none. `invalid`: it cannot be read. */
export function customTokenizerOf(modelInfo: JsonObject): CustomTokenizer | 'invalid' | null {
  const value = modelInfo['custom_tokenizer'];
  if (value === undefined || value === null) return null;
  if (!isJsonObject(value)) return 'invalid';
  const { identifier } = value;
  const revision = optionalText(value['revision']);
  const authToken = optionalText(value['auth_token']);
  if (typeof identifier !== 'string' || identifier === '' || revision === null || authToken === null) return 'invalid';
  const isLocal = isLocalPath(identifier);
  return {
    identifier,
    source: isLocal ? { file: tokenizerFile(identifier) } : { identifier, revision, authToken },
    isLocal,
    key: JSON.stringify([identifier, revision, authToken]),
  };
}

/** Undefined where nothing is given, null where it is no text. */
function optionalText(value: JsonValue | undefined): string | undefined | null {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string' ? value : null;
}

/** `owner/name` is a repository of the hub; a path of this machine shows that it is one. */
function isLocalPath(identifier: string): boolean {
  return path.isAbsolute(identifier) || /^\.\.?[/\\]/.test(identifier) || identifier.endsWith('.json');
}

const tokenizerFile = (identifier: string): string =>
  identifier.endsWith('.json') ? identifier : path.join(identifier, 'tokenizer.json');
