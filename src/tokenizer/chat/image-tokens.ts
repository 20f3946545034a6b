/**
 * What a picture costs by OpenAI's published rule: 85 tokens, and with detail `high` 170 more for every tile of
 * 512 × 512 after the picture was shrunk to 2,000 × 768. LiteLLM's rule for every provider.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonArray, type JsonValue } from '../../protocol/json.ts';
import type { ImageSize } from './contract.ts';
import type { CountScope } from './count-scope.ts';
import { readImageSize } from './image-size.ts';

const BASE_TOKENS = 85;
const TILE_TOKENS = 2 * BASE_TOKENS;
const TILE_SIDE = 512;
const SHORT_SIDE = 768;
const LONG_SIDE = 2000;
/** Tokens of any picture when sizes are not to be looked at. */
const DEFAULT_TOKENS = 250;
const UNKNOWN_SIZE: ImageSize = { width: 300, height: 300 };

/** Tokens of a picture or a file whose detail is not chosen by the client. */
export function plainImageTokens(scope: CountScope): number {
  scope.guessed = true;
  return scope.defaultImages ? DEFAULT_TOKENS : BASE_TOKENS;
}

/** Tokens of the value of an `image_url` part: an address, or an object with `url` and `detail`. */
export function imageUrlTokens(image: JsonValue | undefined, scope: CountScope): number {
  if (typeof image === 'string') {
    if (image.trim() === '') throw refused('`image_url` is empty');
    return plainImageTokens(scope);
  }
  if (typeof image !== 'object' || image === null || isJsonArray(image))
    throw refused('`image_url` must be a text or an object with `url`');
  const detail = image['detail'];
  if (detail !== undefined && detail !== 'low' && detail !== 'high' && detail !== 'auto')
    throw refused('`image_url.detail` must be "low", "high" or "auto"');
  const url = image['url'];
  if (typeof url !== 'string' || url === '') throw refused('`image_url.url` is missing');
  if (detail !== 'high' || scope.defaultImages) return plainImageTokens(scope);
  scope.guessed = true;
  return highDetailTokens(sizeOf(url, scope));
}

function sizeOf(url: string, scope: CountScope): ImageSize {
  if (url.startsWith('http://') || url.startsWith('https://')) return scope.remoteImageSize?.(url) ?? UNKNOWN_SIZE;
  return readImageSize(url) ?? UNKNOWN_SIZE;
}

/** Tokens of a picture with detail `high`. @throws GatewayError `bad_request` for a picture that is 0 wide or high */
export function highDetailTokens(size: ImageSize): number {
  const { width, height } = shrunk(size);
  return BASE_TOKENS + TILE_TOKENS * Math.ceil(width / TILE_SIDE) * Math.ceil(height / TILE_SIDE);
}

function shrunk(size: ImageSize): ImageSize {
  const { width, height } = size;
  if (width <= SHORT_SIDE && height <= SHORT_SIDE) return size;
  const ratio = Math.max(width, height) / Math.min(width, height);
  if (!Number.isFinite(ratio)) throw refused('a picture is 0 pixels wide or high');
  let long = Math.floor(SHORT_SIDE * ratio);
  let short = SHORT_SIDE;
  if (long > LONG_SIDE) {
    long = LONG_SIDE;
    short = Math.floor(LONG_SIDE / ratio);
  }
  return width <= height ? { width: short, height: long } : { width: long, height: short };
}

const refused = (what: string): GatewayError =>
  new GatewayError('bad_request', `Tokens cannot be counted: ${what}. Correct the part, or set a default token count.`);
