import type { Exchange, HeaderList } from '../../wire/contract.ts';
import { DelegatingExchange } from './delegating-exchange.ts';

/** The same exchange, with headers added to its reply. Made only for requests of browsers, which need CORS headers. */
export function withReplyHeaders(exchange: Exchange, added: HeaderList): Exchange {
  return added.length === 0 ? exchange : new DecoratedExchange(exchange, added);
}

class DecoratedExchange extends DelegatingExchange {
  readonly #added: HeaderList;

  constructor(inner: Exchange, added: HeaderList) {
    super(inner);
    this.#added = added;
  }

  override reply(status: number, headers: HeaderList, body: readonly Buffer[] | Buffer | string): void {
    super.reply(status, [...headers, ...this.#added], body);
  }

  override replyHead(status: number, headers: HeaderList): void {
    super.replyHead(status, [...headers, ...this.#added]);
  }
}
