import { GatewayError } from '../../errors/gateway-error.ts';
import type { TextCounter } from '../contract.ts';
import type { CountMode, CountRequest, ImageSize } from './contract.ts';

/** Content parts in one count, and how deep they may nest: far beyond any real request, short of a hang. */
const MOST_PARTS = 16_000_000;
const DEEPEST_PARTS = 1000;

/** What one count knows and notices; reused from call to call, so that counting allocates nothing. */
export class CountScope {
  readonly texts: TextCounter;
  readonly mode: CountMode;
  readonly remoteImageSize: ((url: string) => ImageSize | null) | null;
  /** Every picture counts the same. */
  defaultImages = false;
  /** Tokens of a list of parts that cannot be counted; null: it is refused. */
  defaultTokens: number | null = null;
  /** Whether something was counted by rule of thumb. */
  guessed = false;
  #partsLeft = MOST_PARTS;

  constructor(texts: TextCounter, mode: CountMode, remoteImageSize: ((url: string) => ImageSize | null) | null) {
    this.texts = texts;
    this.mode = mode;
    this.remoteImageSize = remoteImageSize;
  }

  /** @throws GatewayError `bad_request` */
  begin(request: CountRequest): void {
    this.defaultImages = request.useDefaultImageTokenCount === true;
    const { defaultTokenCount = null } = request;
    if (defaultTokenCount !== null && typeof defaultTokenCount !== 'number')
      throw new GatewayError('bad_request', 'Tokens cannot be counted: `defaultTokenCount` is not a number.');
    this.defaultTokens = defaultTokenCount;
    this.guessed = false;
    this.#partsLeft = MOST_PARTS;
  }

  /** Whether the count was given up; no default stands in then. */
  get isExhausted(): boolean {
    return this.#partsLeft < 0;
  }

  /** @throws GatewayError `bad_request` when parts nest without end. */
  takePart(depth: number): void {
    if (depth > DEEPEST_PARTS) this.#partsLeft = 0;
    if (--this.#partsLeft < 0)
      throw new GatewayError(
        'bad_request',
        `Content parts nest deeper than ${DEEPEST_PARTS} levels, contain themselves, or are more than ${MOST_PARTS}; send fewer.`,
      );
  }
}
