/**
 * The native side of a comparison: once LiteLLM has answered, the same request is answered natively, for nobody, and the
 * two answers are compared. Off the answer's path, on a sample, never for what changes anything.
 *
 * A model call is answered twice only where that costs nothing (every deployment of the group is a mock or the
 * simulated provider), unless `acceleration.shadow_paid_calls` allows more. Whatever a request asks, no byte of a
 * comparison leaves for a provider without that permission.
 */
import { GatewayError } from '../../../errors/gateway-error.ts';
import { scanShallow } from '../../../protocol/shallow-json-scanner.ts';
import type { RouteFamily } from '../../../providers/contract.ts';
import { SIMULATED_ORIGIN } from '../../../providers/simulated/simulated-transport.ts';
import { ByteSegments } from '../../../primitives/byte-segments.ts';
import type { RouteContext, RouteDefinition, RouteHandler } from '../../contract.ts';
import { replyError } from '../../http/reply-error.ts';
import { hasMock } from '../../mock/mock-plan.ts';
import { LLM_FAMILIES } from '../../pipeline/llm-routes.ts';
import type { LlmPipeline, UpstreamSender } from '../../pipeline/pipeline.ts';
import { readDocument } from '../../pipeline/request-document.ts';
import { requestedModel } from '../../pipeline/request-fields.ts';
import { isComparable, type Exactness } from './comparable-answer.ts';
import type { Recorded, RecordedAnswer, RecordedRequest } from './contract.ts';
import { ReplayedExchange } from './replayed-exchange.ts';

/** Changes nothing, whatever is asked of it. */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** POST routes besides model calls that only compute. */
const COMPUTING: ReadonlySet<string> = new Set(['info', 'spend', 'messages']);

export interface ShadowParts {
  /** Calls of it are booked nowhere and limited by nobody. */
  readonly pipeline: LlmPipeline;
  /** The routes over that pipeline. */
  readonly routes: readonly RouteDefinition[];
  readonly mayBePaid: boolean;
}

export class ShadowRuns {
  readonly #parts: ShadowParts;
  readonly #handlers: ReadonlyMap<string, RouteHandler>;

  constructor(parts: ShadowParts) {
    this.#parts = parts;
    this.#handlers = new Map(
      parts.routes.flatMap(({ methods, path, handler }) => methods.map((method) => [`${method} ${path}`, handler])),
    );
  }

  /** Whether such a request may be answered twice at all. */
  isCandidate({ family }: RouteDefinition, method: string): boolean {
    return READING.has(method) || (method === 'POST' && (LLM_FAMILIES.has(family) || COMPUTING.has(family)));
  }

  /** @returns the comparison, or null where a provider would be paid for it */
  comparison(recorded: Recorded, route: RouteDefinition, context: RouteContext): (() => Promise<boolean>) | null {
    const exactness = this.#exactness(recorded.request, route, context);
    const handler = this.#handlers.get(`${recorded.request.head.method} ${route.path}`);
    if (exactness === null || handler === undefined) return null;
    return async () => {
      const native = await this.#answer(handler, recorded.request, context);
      return native === null || isRefusal(native) || isComparable(recorded.answer, native, exactness);
    };
  }

  async #answer(
    handler: RouteHandler,
    request: RecordedRequest,
    context: RouteContext,
  ): Promise<RecordedAnswer | null> {
    const { state } = context;
    const exchange = new ReplayedExchange(request, state.monotonicMs());
    const refuse = (error: unknown): void => replyError(exchange, error, { headers: [], log: state.log });
    try {
      const pending = handler(exchange, context);
      if (pending instanceof Promise) pending.catch(refuse);
    } catch (error) {
      refuse(error);
    }
    return await exchange.answer;
  }

  #exactness(request: RecordedRequest, { family }: RouteDefinition, context: RouteContext): Exactness | null {
    if (!LLM_FAMILIES.has(family) || this.#isFree(request, family as RouteFamily, context)) return 'same';
    return this.#parts.mayBePaid ? 'alike' : null;
  }

  /** Nobody is paid for the call, whichever deployment takes it. */
  #isFree({ body }: RecordedRequest, family: RouteFamily, { pathParams }: RouteContext): boolean {
    const { index, compiled } = this.#parts.pipeline;
    try {
      const bytes = new ByteSegments();
      for (const chunk of body) bytes.append(chunk);
      const fields = readDocument(bytes, scanShallow(bytes.toBuffer()));
      if (fields.mocks.some(({ key }) => key === 'mock_response')) return true;
      const model = pathParams.get('model') ?? requestedModel(fields);
      const found = model === null ? null : index.resolve(model);
      if (found === null || 'unresolved' in found) return false;
      return found.candidates.every(
        ({ deployment, model: name }) =>
          hasMock(deployment.params) || compiled.target(deployment, name, family).origin === SIMULATED_ORIGIN,
      );
    } catch {
      // A form, or nothing that could be sent: not known to be free.
      return false;
    }
  }
}

/** The upstream of a pipeline that answers for nobody. */
export function shadowSender(upstream: UpstreamSender, mayBePaid: boolean): UpstreamSender {
  return {
    send(request, deadlines, receiver) {
      if (mayBePaid || request.origin === SIMULATED_ORIGIN) return upstream.send(request, deadlines, receiver);
      throw new GatewayError('service_unavailable', 'A comparison must not ask a provider that is paid.');
    },
  };
}

/** Native code says that the request is LiteLLM's, so that both sides give LiteLLM's answer. */
function isRefusal({ status, body }: RecordedAnswer): boolean {
  return status === 501 && body.includes('"not_implemented"');
}
