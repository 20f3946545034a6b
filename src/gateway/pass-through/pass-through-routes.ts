/**
 * `/openai/…`, `/anthropic/…` and the like: the provider's own API with the environment's key. Method, body and reply
 * go through as they are, the reply chunk by chunk; nothing is parsed.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { timeoutsOf, type Deadlines } from '../../pool/deadlines.ts';
import type { PooledCall, PooledReceiver } from '../../pool/contract.ts';
import type { Exchange, HeaderList, TransportError, UpstreamRequest } from '../../wire/contract.ts';
import { compileRestrictions } from '../auth/enforce-restrictions.ts';
import type { GatewayState, RouteContext, RouteDefinition } from '../contract.ts';
import { bind } from '../http/delegating-exchange.ts';
import { replyError } from '../http/reply-error.ts';
import { forwardedRequest, providerAddress } from './forwarded-request.ts';
import { PASS_THROUGH_TARGETS, type PassThroughTarget } from './pass-through-targets.ts';

const METHODS = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'];
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const CALL_ID = /^[\w.:-]{1,128}$/;
/** Headers about the connection between the gateway and the provider. */
const NOT_RELAYED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'content-length',
  'date',
  'server',
  'set-cookie',
  'upgrade',
  'trailer',
  'te',
]);

export interface PassThroughDeps {
  readonly state: GatewayState;
  readonly upstream: { send(request: UpstreamRequest, deadlines: Deadlines, receiver: PooledReceiver): PooledCall };
  readonly newCallId: () => string;
}

export function passThroughRoutes(deps: PassThroughDeps): RouteDefinition[] {
  const restrictions = compileRestrictions(deps.state.snapshot);
  return PASS_THROUGH_TARGETS.flatMap((target) =>
    target.prefixes.map((prefix): RouteDefinition => ({
      methods: METHODS,
      path: `/${prefix}/{endpoint:path}`,
      family: 'pass-through',
      access: 'key',
      ...(target.keyFrom === 'google' ? { keyFrom: target.keyFrom } : {}),
      handler: (exchange, context: RouteContext) => {
        restrictions.route(context.caller, true);
        passThrough(exchange, target, deps);
      },
    })),
  );
}

function passThrough(exchange: Exchange, target: PassThroughTarget, deps: PassThroughDeps): void {
  const { snapshot, log } = deps.state;
  const key = snapshot.environment.get(target.keyVariable) ?? '';
  if (key === '') {
    throw new GatewayError('authentication', `Set ${target.keyVariable} in the environment to use this route.`);
  }
  const address = providerAddress(target, snapshot.environment);
  const forwarded = forwardedRequest(target, key, address, {
    path: exchange.path,
    query: exchange.query,
    headers: exchange.headers(),
    keyHeaderName: snapshot.general.keyHeaderName,
  });
  const given = exchange.header('x-litellm-call-id') ?? '';
  const callId = CALL_ID.test(given) ? given : deps.newCallId();
  const refuse = (error: GatewayError): void =>
    replyError(exchange, error, { headers: ['x-litellm-call-id', callId], log });
  const relay = new PassThroughRelay(exchange, { callId, shownAddress: forwarded.shownAddress }, refuse);
  readBody(exchange, snapshot.general.maxRequestBytes, refuse, (body, bodyLength) => {
    const { method } = exchange;
    const request = {
      origin: address.origin,
      method,
      path: forwarded.path,
      headers: forwarded.headers,
      body,
      bodyLength,
    };
    bind(exchange);
    relay.start(deps.upstream.send(request, deadlinesOf(deps), relay));
  });
}

function deadlinesOf({ state: { snapshot } }: PassThroughDeps): Deadlines {
  return timeoutsOf({
    stream: true,
    requestSeconds: null,
    headerSeconds: null,
    streamHeaderSeconds: null,
    params: {},
    routerSeconds: snapshot.router.timeoutSeconds,
    routerStreamSeconds: snapshot.router.streamTimeoutSeconds,
    globalSeconds: snapshot.litellm.requestTimeoutSeconds,
  }).deadlines;
}

function readBody(
  exchange: Exchange,
  limitBytes: number,
  refuse: (error: GatewayError) => void,
  send: (body: readonly Buffer[] | null, length: number) => void,
): void {
  if (WITHOUT_BODY.has(exchange.method)) {
    send(null, 0);
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  exchange.readBody(
    {
      onBodyChunk: (chunk) => {
        chunks.push(chunk);
        length += chunk.length;
      },
      onBodyEnd: () => send(chunks.length === 0 ? null : chunks, length),
      onBodyError: ({ reason, message }) =>
        refuse(new GatewayError(reason === 'too-large' ? 'request_too_large' : 'bad_request', message)),
    },
    limitBytes,
  );
}

interface RelayLabels {
  readonly callId: string;
  readonly shownAddress: string;
}

/** Passes one reply on. No promise, timer or object per chunk. */
class PassThroughRelay implements PooledReceiver {
  readonly #exchange: Exchange;
  readonly #labels: RelayLabels;
  readonly #refuse: (error: GatewayError) => void;
  #call: PooledCall | null = null;
  #over = false;

  constructor(exchange: Exchange, labels: RelayLabels, refuse: (error: GatewayError) => void) {
    this.#exchange = exchange;
    this.#labels = labels;
    this.#refuse = refuse;
  }

  start(call: PooledCall): void {
    this.#call = call;
    this.#exchange.onEnd((end) => {
      if (end === 'finished' || this.#over) return;
      this.#over = true;
      call.abort();
    });
    this.#exchange.onWritable(() => call.resume());
  }

  onHead(status: number, headers: HeaderList): void {
    if (this.#exchange.ended) return;
    const out: string[] = [];
    let streamed = false;
    for (let index = 0; index + 1 < headers.length; index += 2) {
      const name = headers[index] ?? '';
      const value = headers[index + 1] ?? '';
      if (NOT_RELAYED.has(name)) continue;
      if (name === 'content-type') streamed = value.startsWith('text/event-stream');
      out.push(name, value);
    }
    out.push('x-litellm-call-id', this.#labels.callId);
    // LiteLLM-compat: streams carry the call id alone.
    if (!streamed) out.push('x-litellm-key-spend', '0.0', 'x-litellm-model-api-base', this.#labels.shownAddress);
    this.#exchange.replyHead(status, out);
  }

  onData(chunk: Buffer): void {
    this.#call?.contentSeen();
    if (this.#exchange.ended) this.#call?.abort();
    else if (!this.#exchange.write(chunk)) this.#call?.pause();
  }

  onEnd(): void {
    this.#over = true;
    if (!this.#exchange.ended) this.#exchange.end();
  }

  onError(error: TransportError): void {
    this.#over = true;
    this.#refuse(
      new GatewayError(
        error.code === 'saturated' ? 'service_unavailable' : 'api_connection',
        `Connection error: ${error.message}`,
      ),
    );
  }

  onDeadline(_kind: string, limitMs: number): void {
    this.#over = true;
    this.#refuse(new GatewayError('timeout', `The provider did not answer within ${limitMs / 1000} seconds.`));
  }
}
