/**
 * From an accepted exchange to its handler: host check, route, key, restrictions, handler. Put together once per
 * configuration; a request keeps the assembly that it began with. Every error is answered here, in one shape.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import type { Exchange, HeaderList } from '../wire/contract.ts';
import type { CallerIdentity, GatewayState, RouteContext, RouteDefinition } from './contract.ts';
import { replyError } from './http/reply-error.ts';
import type { RouteMatch, RouteTable } from './http/route-table.ts';

/** Decides before a route is looked for: CORS preflights, foreign hosts. */
export interface FrontDoor {
  /** @returns true when it has answered the exchange itself */
  answer(exchange: Exchange, match: RouteMatch): boolean;
  /** Headers for the replies to this exchange. @throws GatewayError 403 for a host that is not ours */
  replyHeaders(exchange: Exchange): HeaderList;
}

export interface DispatcherParts {
  readonly state: GatewayState;
  readonly routes: RouteTable;
  readonly frontDoor: FrontDoor;
  /** @throws GatewayError */
  authenticate(exchange: Exchange, route: RouteDefinition): CallerIdentity;
  /** @throws GatewayError 501 when a restriction that is not enforced here governs the route */
  checkRestrictions(route: RouteDefinition, caller: CallerIdentity): void;
}

const NOBODY: CallerIdentity = { kind: 'none' };
const NOT_FOUND = new GatewayError('not_found', 'Not Found', { detail: 'Not Found' });

export class Dispatcher {
  readonly #parts: DispatcherParts;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  readonly handle = (exchange: Exchange): void => {
    let replyHeaders: HeaderList = [];
    try {
      const { routes, frontDoor } = this.#parts;
      replyHeaders = frontDoor.replyHeaders(exchange);
      const match = routes.match(exchange.method, exchange.path);
      if (frontDoor.answer(exchange, match)) return;
      this.#run(exchange, match, replyHeaders);
    } catch (error) {
      this.#refuse(exchange, error, replyHeaders);
    }
  };

  #run(exchange: Exchange, match: RouteMatch, replyHeaders: HeaderList): void {
    if (match.kind !== 'matched') {
      refuseUnmatched(exchange, match, replyHeaders);
      return;
    }
    const { route, pathParams } = match;
    const caller = route.access === 'public' ? NOBODY : this.#parts.authenticate(exchange, route);
    this.#parts.checkRestrictions(route, caller);
    const context: RouteContext = { state: this.#parts.state, pathParams, caller, replyHeaders, route: route.path };
    const pending = route.handler(exchange, context);
    if (pending instanceof Promise) pending.catch((error: unknown) => this.#refuse(exchange, error, replyHeaders));
  }

  #refuse(exchange: Exchange, cause: unknown, replyHeaders: HeaderList): void {
    if (cause instanceof GatewayError) {
      replyError(exchange, cause, replyHeaders);
      return;
    }
    this.#parts.state.log.error({ err: cause, path: exchange.path }, 'a request failed inside the gateway');
    replyError(
      exchange,
      new GatewayError('internal', 'Internal server error. The gateway logged the cause.'),
      replyHeaders,
    );
  }
}

function refuseUnmatched(exchange: Exchange, match: RouteMatch, replyHeaders: HeaderList): void {
  if (match.kind === 'redirect') {
    const query = exchange.query === '' ? '' : `?${exchange.query}`;
    exchange.reply(307, ['location', match.path + query, ...replyHeaders], '');
  } else if (match.kind === 'method-not-allowed') {
    const error = new GatewayError('method_not_allowed', 'Method Not Allowed', { detail: 'Method Not Allowed' });
    replyError(exchange, error, ['allow', match.allow, ...replyHeaders]);
  } else replyError(exchange, NOT_FOUND, replyHeaders);
}
