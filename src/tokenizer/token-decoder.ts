/** Token ids back to bytes and text. */
import { GatewayError } from '../errors/gateway-error.ts';
import { kindOfValue } from '../errors/kind-of-value.ts';
import type { TokenTable } from './token-table.ts';

export class TokenDecoder {
  readonly #name: string;
  readonly #table: TokenTable;
  readonly #special: ReadonlyMap<number, Buffer>;

  constructor(name: string, table: TokenTable, specialTokens: ReadonlyMap<string, number>) {
    this.#name = name;
    this.#table = table;
    this.#special = new Map([...specialTokens].map(([token, id]) => [id, Buffer.from(token)]));
  }

  /** The text; bytes that are no UTF-8 become U+FFFD. */
  decode(ids: Iterable<number>): string {
    return this.decodeBytes(ids).toString('utf8');
  }

  /** The bytes, joined. @throws `bad_request` for what is no list of ids, and an id that the encoding does not have. */
  decodeBytes(ids: Iterable<number>): Buffer {
    requireIds(ids);
    const { offsets, bytes, size } = this.#table;
    let out = Buffer.allocUnsafe(256);
    let length = 0;
    for (const id of ids) {
      const known = Number.isInteger(id) && id >= 0 && id < size && offsets[id] !== offsets[id + 1];
      const special = known ? undefined : this.#special.get(id);
      if (!known && special === undefined) throw this.#unknown(id);
      const start = known ? (offsets[id] as number) : 0;
      const end = known ? (offsets[id + 1] as number) : (special?.length ?? 0);
      if (length + end - start > out.length) {
        const grown = Buffer.allocUnsafe((length + end - start) * 2);
        out.copy(grown, 0, 0, length);
        out = grown;
      }
      const source = special ?? bytes;
      for (let at = start; at < end; at += 1) out[length++] = source[at] as number;
    }
    return out.subarray(0, length);
  }

  #unknown(id: number): GatewayError {
    return new GatewayError('bad_request', `${this.#name} has no token with the id ${String(id)}.`);
  }
}

/** Programs without types get a sentence instead of the engine's riddle. */
function requireIds(ids: unknown): void {
  if (typeof ids === 'object' && ids !== null && Symbol.iterator in ids) return;
  throw new GatewayError('bad_request', `Only a list of token ids can be decoded; this is ${kindOfValue(ids)}.`);
}
