/** Failures of one attempt as errors of LiteLLM's classes, with what retries and cooldowns ask about them. */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonValue } from '../../protocol/json.ts';
import type { ProviderFailure, ProviderUnreachable, UpstreamTarget } from '../../providers/contract.ts';
import { unreachableKind } from '../../providers/unreachable-kind.ts';
import { mapProviderFailure, mapProviderStreamError, mapProviderUnreachable } from '../../providers/map-failure.ts';
import type { AttemptFailure } from '../../router/contract.ts';
import type { HeaderList, TransportError } from '../../wire/contract.ts';
import type { OpenaiClasses } from '../errors/openai-classes.ts';
import { described } from './report.ts';
import { closedError } from './running-calls.ts';
import { secretOf } from './targets.ts';

export interface FailureFacts {
  readonly deployment: { readonly model: string };
  /** The time limit that holds is the caller's own. */
  readonly clientTimeout: boolean;
  readonly callerCredential: boolean;
}

export class AttemptFailures {
  readonly #target: UpstreamTarget;
  readonly #facts: FailureFacts;
  readonly #openai: OpenaiClasses;

  constructor(target: UpstreamTarget, facts: FailureFacts, openai: OpenaiClasses) {
    this.#target = target;
    this.#facts = facts;
    this.#openai = openai;
  }

  provider(status: number, body: string, headers: HeaderList): AttemptFailure {
    return this.#failure(
      mapProviderFailure(this.#answered(status, body, headers)),
      headerValue(headers, 'retry-after'),
    );
  }

  /** An `error` inside an answer of status 200. */
  reported(error: JsonValue): AttemptFailure {
    return this.#failure(mapProviderStreamError(this.#answered(200, JSON.stringify(error), [])));
  }

  /** @param answering a part of the answer has come */
  transport(error: TransportError, answering: boolean): AttemptFailure {
    const { code, message } = error;
    if (code === 'closed') return this.#failure(closedError());
    if (code === 'saturated') {
      const text = `Too many calls wait for a connection: ${message}. Make fewer at a time, or add deployments.`;
      return this.#failure(new GatewayError('service_unavailable', text));
    }
    if (answering) return this.cut(message);
    return this.#unreachable({ kind: unreachableKind(code), message });
  }

  timedOut(limitMs: number, elapsedMs: number): AttemptFailure {
    const seconds = { timeoutSeconds: limitMs / 1000, elapsedSeconds: elapsedMs / 1000 };
    return this.#unreachable({ kind: 'timeout', message: 'deadline', ...seconds });
  }

  cut(message: string): AttemptFailure {
    return this.#unreachable({ kind: 'cut', message });
  }

  malformed(message: string): AttemptFailure {
    return this.#unreachable({ kind: 'malformed', message });
  }

  of(error: GatewayError): AttemptFailure {
    return this.#failure(error);
  }

  #unreachable(failure: Omit<ProviderUnreachable, 'provider' | 'model'>): AttemptFailure {
    const { provider, model } = this.#target;
    const error = mapProviderUnreachable({ provider, model, ...failure });
    // LiteLLM's text says no more than that there was no connection.
    Object.defineProperty(error, 'cause', { value: new Error(failure.message), configurable: true, writable: true });
    return this.#failure(error);
  }

  #answered(status: number, body: string, headers: HeaderList): ProviderFailure {
    const { provider, model } = this.#target;
    const secret = secretOf(this.#target);
    return { provider, model, status, body, headers, ...(secret === '' ? {} : { secret }) };
  }

  #failure(error: GatewayError, retryAfter: string | null = null): AttemptFailure {
    const timedOut = error.name === 'Timeout';
    const { deployment } = this.#facts;
    return {
      // A stream hands it to its reader as it is.
      error: this.#openai.adopt(described(error, { llmProvider: this.#target.provider, model: deployment.model })),
      retryAfter,
      silentTimeout: timedOut,
      clientTimeout: timedOut && this.#facts.clientTimeout,
      callerCredential: this.#facts.callerCredential,
    };
  }
}

export function headerValue(headers: HeaderList, name: string): string | null {
  for (let index = 0; index + 1 < headers.length; index += 2)
    if (headers[index] === name) return headers[index + 1] ?? null;
  return null;
}
