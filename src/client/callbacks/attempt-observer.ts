/**
 * Tells loggers of a call's attempts. There is one only where somebody listens. A logger is called at once and never
 * waited for; what it throws, or rejects with, ends nowhere: the process is warned once per logger.
 */
import process from 'node:process';
import type { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { isInternalKey } from '../../providers/internal-keys.ts';
import type { UpstreamTarget } from '../../providers/contract.ts';
import type { Attempt } from '../../router/contract.ts';
import type { ReadCall } from '../router/read-call.ts';
import { assembleStream } from './assemble-stream.ts';
import type { CallLog, CustomLogger, LoggedResponse } from './contract.ts';
import { plainAddress } from './plain-address.ts';

/** The call, and who wants to hear of it. */
export interface ObservedCall {
  readonly loggers: readonly CustomLogger[];
  readonly call: ReadCall;
  readonly callId: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Those of which the process was warned. */
  readonly failing: WeakSet<CustomLogger>;
}

/** What an attempt is about. */
export interface ObservedAttempt {
  readonly attempt: Attempt;
  readonly target: UpstreamTarget;
  /** The call's body, with the parameters of the fallback that led here. */
  readonly body: JsonObject;
  /** USD. */
  readonly costOf: (answer: JsonObject) => number | null;
}

type Event = Exclude<keyof CustomLogger, 'logPreApiCall'>;

const REDACTED = 'redacted-by-litellm';

export class AttemptObserver {
  readonly #options: ObservedCall;
  readonly #observed: ObservedAttempt;
  readonly #startTime: Date;
  readonly #chunks: JsonObject[] = [];
  readonly #redacts: boolean;
  readonly #hearsChunks: boolean;
  #completionStartTime: Date | null = null;

  constructor(options: ObservedCall, observed: ObservedAttempt) {
    this.#options = options;
    this.#observed = observed;
    this.#startTime = new Date(options.now());
    this.#redacts = observed.body['turn_off_message_logging'] === true;
    this.#hearsChunks = options.loggers.some((logger) => logger.logStreamEvent !== undefined);
  }

  /** The request is about to be sent. */
  sending(): void {
    const log = this.#log();
    for (const logger of this.#options.loggers)
      this.#guarded(logger, () => logger.logPreApiCall?.(log.model, log.messages, log));
  }

  /** @param answer null: its first chunk, or an answer that is not JSON */
  answered(answer: JsonObject | null): void {
    const endTime = this.#now();
    this.#tell('logPostApiCall', this.#log({ endTime }), answer);
  }

  chunk(chunk: JsonObject): void {
    this.#completionStartTime ??= this.#now();
    this.#chunks.push(chunk);
    if (this.#hearsChunks) this.#tell('logStreamEvent', this.#log({ endTime: this.#now() }), chunk);
  }

  /** @param answer null: it is not JSON */
  succeeded(answer: JsonObject | null): void {
    const { costOf } = this.#observed;
    const usage = answer?.['usage'];
    const log = this.#log({
      endTime: this.#now(),
      usage: isJsonObject(usage) ? usage : null,
      responseCost: costOf(answer ?? {}),
    });
    this.#tell('logSuccessEvent', log, answer);
  }

  /** @param usage of its end, where the provider told it */
  streamed(usage: JsonObject | null): void {
    const { family } = this.#options.call;
    const nowMs = this.#options.now();
    this.succeeded(assembleStream(family.family, this.#chunks, { body: this.#observed.body, usage, nowMs }));
  }

  failed(error: GatewayError): void {
    this.#tell('logFailureEvent', this.#log({ endTime: this.#now(), exception: error }), null);
  }

  #now(): Date {
    return new Date(this.#options.now());
  }

  #tell(event: Event, log: CallLog, answer: JsonObject | null): void {
    const response: LoggedResponse = this.#redacts ? null : answer;
    const { startTime, endTime } = log;
    for (const logger of this.#options.loggers)
      this.#guarded(logger, () => logger[event]?.(log, response, startTime, endTime ?? startTime));
  }

  #log(known: Partial<CallLog> = {}): CallLog {
    const { call, callId } = this.#options;
    const { attempt, target, body } = this.#observed;
    const routed = attempt.group !== '';
    return {
      litellmCallId: callId,
      callType: call.family.callType,
      model: target.model,
      customLlmProvider: target.provider,
      apiBase: plainAddress(target.apiBase),
      modelGroup: routed ? attempt.group : null,
      modelId: routed ? attempt.deployment.id : null,
      messages: this.#shown(messagesOf(body)) as CallLog['messages'],
      input: this.#shown(body['prompt'] ?? body['input'] ?? body['query'] ?? null),
      optionalParams: parametersOf(body),
      metadata: isJsonObject(body['metadata']) ? body['metadata'] : null,
      user: typeof body['user'] === 'string' ? body['user'] : null,
      stream: call.stream,
      attemptedRetries: attempt.retries,
      attemptedFallbacks: attempt.fallbacks,
      startTime: this.#startTime,
      completionStartTime: this.#completionStartTime,
      endTime: null,
      usage: null,
      responseCost: null,
      exception: null,
      ...known,
    };
  }

  #shown(text: JsonValue): unknown {
    return this.#redacts && text !== null ? REDACTED : text;
  }

  #guarded(logger: CustomLogger, tell: () => unknown): void {
    try {
      const told = tell();
      if (told instanceof Promise) told.catch((error: unknown) => this.#warn(logger, error));
    } catch (error) {
      this.#warn(logger, error);
    }
  }

  #warn(logger: CustomLogger, error: unknown): void {
    const { failing } = this.#options;
    if (failing.has(logger)) return;
    failing.add(logger);
    const text = error instanceof Error ? error.message : String(error);
    process.emitWarning(`A callback failed; the call went on without it. It said: ${text}`);
  }
}

function messagesOf({ messages }: JsonObject): JsonValue {
  return isJsonArray(messages) ? messages : null;
}

const CONTENTS: ReadonlySet<string> = new Set(['model', 'messages', 'prompt', 'input', 'query', 'stream', 'file']);

/** What steers the call is left out: keys, addresses and headers are among it. */
function parametersOf(body: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(body).filter(([name, value]) => value !== null && !CONTENTS.has(name) && !isInternalKey(name)),
  );
}
