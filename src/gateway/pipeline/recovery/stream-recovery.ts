/**
 * One streamed call whose group has its streams held back or taken up again. Knows across the attempts what the client
 * has, chooses what the next attempt's stream is to the client, and keeps the bill of the attempts that came to nothing.
 *
 * After a break (`resume`): the next deployment is asked the same question. While its text is the one that the client
 * has, it is swallowed, then passed on; at the first difference the same deployment is asked to go on behind it, if it is
 * declared to do that, else the next one. Only plain text of one choice is taken up. What is told in the end, if nothing
 * goes on, is the first break. `restart`: for clients that said that they understand it, the answer begins anew.
 */
import { GatewayError } from '../../../errors/gateway-error.ts';
import type { Decision, DeploymentFacts } from '../../../router/contract.ts';
import type { RoutedCall } from '../../../router/routed-call.ts';
import type { Exchange } from '../../../wire/contract.ts';
import { promptOf } from '../../counting/prompt-of.ts';
import { countedUsage } from '../made-up-usage.ts';
import type { AttemptUsage, LlmPipeline } from '../pipeline.ts';
import type { RequestPlan } from '../plan-request.ts';
import type { ReplyPort } from '../reply-mode.ts';
import { headerSafe } from '../reply-headers.ts';
import { fieldValue, findField } from '../request-fields.ts';
import type { RoutedRequest } from '../route-attempt.ts';
import { COMPLETION_CHUNKS } from '../stream-dialect.ts';
import { StreamedAnswer } from '../streamed-answer.ts';
import { AttemptStream, type AttemptStreamOptions } from './attempt-stream.ts';
import { prefilledRequest } from './prefilled-request.ts';
import { RecoverablePort } from './recoverable-port.ts';
import type { GroupRecovery } from './recovery-settings.ts';
import { SentAnswer } from './sent-answer.ts';

/** A client that sends it with the value `accept` understands the event `restart`. */
const RESTART_HEADER = 'x-fast-litellm-stream-restart';

export interface RecoverableCall {
  readonly pipeline: LlmPipeline;
  readonly plan: RequestPlan;
  readonly exchange: Exchange;
  /** The attempt under way gives another answer: end it, and follow `afterDifference`. */
  readonly onDifference: () => void;
}

export class StreamRecovery {
  readonly #call: RecoverableCall;
  readonly #settings: GroupRecovery;
  readonly #broken: Promise<AttemptUsage>[] = [];
  #sent = new SentAnswer();
  #request: RoutedRequest | null = null;
  #stream: AttemptStream | null = null;
  #made = new StreamedAnswer();
  /** The deployment that is asked to go on behind the client's text. */
  #prefilled: DeploymentFacts | null = null;
  #cause: GatewayError | null = null;

  private constructor(call: RecoverableCall, settings: GroupRecovery) {
    this.#call = call;
    this.#settings = settings;
  }

  /** Null: the call is none of these. Costs a look where no group has the settings. */
  static of(call: RecoverableCall): StreamRecovery | null {
    const { pipeline, plan } = call;
    if (pipeline.recovery === null || !plan.stream || plan.family.dialect !== COMPLETION_CHUNKS) return null;
    const settings = pipeline.recovery.of(plan.resolution);
    return settings === null ? null : new StreamRecovery(call, settings);
  }

  /** Why the client's stream first broke off, which is its error if nothing goes on; null: it has not. */
  get cause(): GatewayError | null {
    return this.#cause;
  }

  /** What the deployment is asked; to be called for each attempt. */
  prepare(routed: RoutedRequest): RoutedRequest {
    if (routed.attempt.deployment !== this.#prefilled) this.#prefilled = null;
    this.#request = this.#prefilled === null ? routed : prefilledRequest(routed, this.#sent.text);
    return this.#request;
  }

  /** The port for what answers the attempt as a stream. */
  port(port: ReplyPort): ReplyPort {
    const { exchange, onDifference } = this.#call;
    this.#made = new StreamedAnswer();
    const options: AttemptStreamOptions = {
      exchange,
      sent: this.#sent,
      made: this.#made,
      begin: this.#begin(),
      holdBack: this.#settings.holdBack,
      recovers: this.#settings.mode !== 'off',
      announcement: this.#announcement(),
      onDifference,
      onFull: () => port.pause(),
      onFault: (error) => port.fail(error),
    };
    this.#stream = new AttemptStream(options);
    return new RecoverablePort(port, this.#stream);
  }

  #begin(): AttemptStreamOptions['begin'] {
    if (this.#cause === null) return 'first';
    if (this.#settings.mode === 'restart') return 'restart';
    return this.#prefilled !== null || this.#sent.text === '' ? 'resumed' : 'matching';
  }

  #announcement(): string {
    const deployment = this.#request?.attempt.deployment.id ?? '';
    if (this.#settings.mode !== 'restart') return `: fast-litellm resumed on ${headerSafe(deployment)}\n\n`;
    const data = JSON.stringify({ object: 'stream.restart', deployment });
    return `: fast-litellm restarted on ${headerSafe(deployment)}\n\nevent: restart\ndata: ${data}\n\n`;
  }

  /** The attempt under way has ended otherwise than well: nothing of it reaches the client, and it has a bill. */
  attemptEnded(): void {
    const stream = this.#stream;
    const request = this.#request;
    this.#stream = null;
    if (stream === null || request === null) return;
    if (stream.readsAll && this.#made.begun) this.#broken.push(this.#bill(request, this.#made));
    stream.close();
    if (!this.#call.exchange.headSent) this.#sent = new SentAnswer();
  }

  /** @returns whether another attempt is to take up the answer */
  interrupted(error: GatewayError): boolean {
    this.#cause ??= error;
    this.#prefilled = null;
    const { exchange, plan } = this.#call;
    switch (this.#settings.mode) {
      case 'off':
        return false;
      case 'resume':
        return this.#sent.canGoOn && choicesAsked(plan) <= 1;
      case 'restart':
        if (this.#sent.finished || exchange.header(RESTART_HEADER) !== 'accept') return false;
        this.#sent = new SentAnswer();
        return true;
    }
  }

  afterDifference(call: RoutedCall): Decision {
    const { pipeline } = this.#call;
    const { attempt } = call;
    const request = this.#request;
    this.attemptEnded();
    const declared = request?.family === 'chat' && pipeline.recovery?.prefills(request.target.deployment) === true;
    if (attempt !== null && declared && call.mayRephrase()) {
      this.#prefilled = attempt.deployment;
      return attempt;
    }
    return call.differed(new GatewayError('api_connection', DIFFERENT));
  }

  /** @returns what the attempts that came to nothing have used; null: there were none */
  close(answered: boolean): Promise<readonly AttemptUsage[]> | null {
    if (answered) this.#stream = null;
    else this.attemptEnded();
    return this.#broken.length === 0 ? null : Promise.all(this.#broken);
  }

  /** Counted: a stream that broke off has seldom told its usage. */
  async #bill({ fields, target }: RoutedRequest, made: StreamedAnswer): Promise<AttemptUsage> {
    const prompt = promptOf(fields, target.model);
    return { target, usage: await countedUsage(this.#call.pipeline.counting, prompt, made) };
  }
}

const DIFFERENT = 'The deployment gave another answer than the one that broke off.';

function choicesAsked({ fields }: RequestPlan): number {
  const field = findField(fields.scan, 'n');
  const n = field === undefined ? 1 : fieldValue(fields, field);
  return typeof n === 'number' ? n : 1;
}
