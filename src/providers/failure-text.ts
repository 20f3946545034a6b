/**
 * What a provider's error answer says: the text, the message inside it and its code, with anything that looks like a key
 * masked before it can reach a client or a log.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import { pythonRepr } from '../protocol/python-text.ts';

export interface FailureText {
  /** What the text rules are matched against. */
  readonly searched: string;
  /** What the client is told. */
  readonly message: string;
  /** `error` of the body, or the body itself when it is an object; null otherwise. */
  readonly error: JsonObject | null;
}

/** LiteLLM-compat: OpenAI's client digests the body, other providers' bodies are quoted as they came. */
export type FailureStyle = 'digested' | 'quoted';

export function failureText(status: number, rawBody: string, style: FailureStyle, secret?: string): FailureText {
  const body = maskSecrets(rawBody, secret);
  const parsed = parse(body);
  const error = errorObject(parsed);
  if (style === 'quoted') return { searched: body, message: body, error };
  const summary = digest(status, body, parsed);
  const message = error === null ? undefined : error['message'];
  return { searched: summary, message: typeof message === 'string' && message !== '' ? message : summary, error };
}

/** `str()` of OpenAI's client errors. */
function digest(status: number, body: string, parsed: JsonValue | undefined): string {
  if (parsed !== undefined && typeof parsed === 'object' && parsed !== null)
    return `Error code: ${status} - ${pythonRepr(parsed)}`;
  return body === '' ? `Error code: ${status}` : body;
}

function errorObject(parsed: JsonValue | undefined): JsonObject | null {
  if (!isJsonObject(parsed)) return null;
  const error = parsed['error'];
  return isJsonObject(error) ? error : parsed;
}

function parse(body: string): JsonValue | undefined {
  const first = body.trimStart().charAt(0);
  if (first !== '{' && first !== '[') return undefined;
  try {
    return JSON.parse(body) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Tokens that providers hand out as keys; already masked ones (`sk-a***b`) are left as they are. */
const KEY_SHAPES =
  /\b((?:sk|gsk|xai|pplx|nvapi|hf|key|AIza|rk)[-_][A-Za-z0-9_-]{2})[A-Za-z0-9_-]{10,}(?![A-Za-z0-9_*-])/g;
const SHOWN_CHARACTERS = 4;

/** Masks the deployment's own key and whatever has a key's shape. */
function maskSecrets(text: string, secret?: string): string {
  const own = secret !== undefined && secret.length > SHOWN_CHARACTERS;
  const masked = own ? text.replaceAll(secret, `${secret.slice(0, SHOWN_CHARACTERS)}***`) : text;
  return masked.replace(KEY_SHAPES, '$1***');
}
