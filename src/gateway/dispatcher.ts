/**
 * From an accepted exchange to its handler: host check, route, key, restrictions, handler. Put together once per
 * configuration; a request keeps the assembly that it began with. Every error is answered here, in one shape.
 */
import type { Exchange } from '../wire/contract.ts';
import type { CallerIdentity, GatewayState, RouteContext, RouteDefinition } from './contract.ts';
import type { FallbackStage, OfferedExchange } from './fallback/contract.ts';
import type { Cors } from './http/cors.ts';
import type { OpenModeGuard } from './http/open-mode-guard.ts';
import { methodNotAllowed, notFound, replyError } from './http/reply-error.ts';
import type { MatchedRoute, RouteMatch, RouteTable } from './http/route-table.ts';
import { withReplyHeaders } from './http/with-reply-headers.ts';

export interface DispatcherParts {
  readonly state: GatewayState;
  readonly routes: RouteTable;
  readonly cors: Cors;
  /** null: a master key protects the gateway. */
  readonly guard: OpenModeGuard | null;
  /** @throws GatewayError */
  authenticate(exchange: Exchange, route: RouteDefinition): CallerIdentity;
  /** @throws GatewayError 501 when a restriction that is not enforced here governs the route */
  checkRestrictions(route: RouteDefinition, caller: CallerIdentity): void;
  /** null: no LiteLLM stands behind the gateway. */
  readonly fallback: FallbackStage | null;
}

const NOBODY: CallerIdentity = { kind: 'none' };
const NO_HEADERS: readonly string[] = [];

export class Dispatcher {
  readonly #parts: DispatcherParts;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  readonly handle = (accepted: Exchange): void => {
    const { cors, guard } = this.#parts;
    const exchange = withReplyHeaders(accepted, cors.headers(accepted.header('origin')));
    try {
      guard?.(exchange);
      if (exchange.method === 'OPTIONS' && cors.answerPreflight(accepted)) return;
      this.#run(exchange, this.#parts.routes.match(exchange.method, exchange.path));
    } catch (error) {
      this.#refuse(exchange, error);
    }
  };

  #run(exchange: Exchange, match: RouteMatch): void {
    if (match.kind === 'not-found') throw notFound();
    if (match.kind === 'method-not-allowed') throw methodNotAllowed(match.allow);
    if (match.kind === 'redirect') {
      const query = exchange.query === '' ? '' : `?${exchange.query}`;
      exchange.reply(307, ['location', match.path + query], '');
      return;
    }
    const offered = match.route.neverHandedOver === true ? null : (this.#parts.fallback?.offer(exchange) ?? null);
    this.#serve(offered ?? exchange, offered, match);
  }

  #serve(exchange: Exchange, offered: OfferedExchange | null, { route, pathParams }: MatchedRoute): void {
    try {
      const caller = route.access === 'public' ? NOBODY : this.#parts.authenticate(exchange, route);
      this.#parts.checkRestrictions(route, caller);
      const context: RouteContext = { state: this.#parts.state, pathParams, caller, route: route.path };
      if (offered?.begin(route, context) === true) return;
      const pending = route.handler(exchange, context);
      if (pending instanceof Promise) pending.catch((error: unknown) => this.#refuse(exchange, error));
    } catch (error) {
      this.#refuse(exchange, error);
    }
  }

  #refuse(exchange: Exchange, cause: unknown): void {
    replyError(exchange, cause, { headers: NO_HEADERS, log: this.#parts.state.log });
  }
}
