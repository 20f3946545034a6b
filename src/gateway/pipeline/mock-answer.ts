/**
 * Answers a call without a provider, where the deployment or an allowed request asks for a mock. The reply goes out
 * through the same port as a provider's, so that headers, settlement and a client that leaves are one.
 */
import type { JsonObject } from '../../protocol/json.ts';
import type { CountRequest } from '../../tokenizer/chat/contract.ts';
import type { MockContext, MockCounts, MockReply } from '../mock/mock-context.ts';
import { mockPlan, hasMock, type MockPlan } from '../mock/mock-plan.ts';
import { mockReply } from '../mock/mock-reply.ts';
import { refuseMockParams } from '../mock/mock-params.ts';
import { countedUsage } from './made-up-usage.ts';
import type { LlmPipeline } from './pipeline.ts';
import type { RoutedRequest } from './route-attempt.ts';
import { NO_FACTS, type ReplyPort } from './reply-mode.ts';
import { fieldValue, findField, type RequestFields } from './request-fields.ts';

/** Refuses the switches that are not allowed. Costs nothing for a request without `mock_*` members. */
export function checkMockParams(pipeline: LlmPipeline, fields: RequestFields): void {
  if (fields.mocks.length === 0) return;
  const names = fields.mocks.map(({ key }) => key);
  refuseMockParams(names, pipeline.state.snapshot.general.allowMockTestingParams);
}

/** The mock that answers this attempt, or null. */
export function planMock({ family, fields, target, timeouts }: RoutedRequest): MockPlan | null {
  const { params } = target.deployment;
  if (fields.mocks.length === 0 && !hasMock(params)) return null;
  const mocks: JsonObject = Object.fromEntries(fields.mocks.map((field) => [field.key, fieldValue(fields, field)]));
  return mockPlan({ family, mocks, params, clientResponses: false, timeoutSeconds: timeouts.seconds });
}

const NOTHING_COUNTED: MockCounts = { prompt: 0, completion: 0 };

export class MockAnswer {
  readonly #pipeline: LlmPipeline;
  readonly #port: ReplyPort;
  readonly #routed: RoutedRequest;
  #timer: NodeJS.Timeout | null = null;

  constructor(pipeline: LlmPipeline, port: ReplyPort, routed: RoutedRequest) {
    this.#pipeline = pipeline;
    this.#port = port;
    this.#routed = routed;
  }

  start(plan: MockPlan): void {
    if (plan.waitMs <= 0) this.#answer(plan);
    else this.#timer = setTimeout(() => this.#answer(plan), plan.waitMs);
  }

  /** The client has gone. */
  abort(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #answer(plan: MockPlan): void {
    try {
      if (this.#routed.prompt === null) this.#send(plan, null);
      else void this.#countAndSend(plan, this.#routed.prompt());
    } catch (error) {
      this.#port.fail(error);
    }
  }

  /** LiteLLM-compat: the usage chunk of a mocked stream is counted. What is answered shows only in the answer. */
  async #countAndSend(plan: MockPlan, prompt: CountRequest | null): Promise<void> {
    try {
      let content = '';
      this.#make(plan, (answer) => {
        content = answer;
        return NOTHING_COUNTED;
      });
      const usage = await countedUsage(this.#pipeline.counting, prompt, { content, reasoning: '' });
      if (this.#port.exchange.ended) return;
      this.#send(plan, { prompt: Number(usage['prompt_tokens']), completion: Number(usage['completion_tokens']) });
    } catch (error) {
      this.#port.fail(error);
    }
  }

  #make(plan: MockPlan, countTokens: NonNullable<MockContext['countTokens']> | null): MockReply {
    const { fields, stream, includeUsage, clientModel, group } = this.#routed;
    const n = findField(fields.scan, 'n');
    return mockReply(plan, {
      model: clientModel === null ? group : (JSON.parse(clientModel.toString()) as string),
      stream,
      includeUsage,
      n: n === undefined ? undefined : fieldValue(fields, n),
      nowSeconds: Math.floor(this.#pipeline.state.now() / 1000),
      newId: () => this.#pipeline.newCallId(),
      ...(countTokens === null ? {} : { countTokens }),
    });
  }

  #send(plan: MockPlan, counted: MockCounts | null): void {
    const { exchange } = this.#port;
    const reply = this.#make(plan, counted === null ? null : () => counted);
    if (reply.kind === 'json') {
      exchange.reply(
        200,
        this.#port.replyHeaders('application/json', { ...NO_FACTS, usage: reply.usage }),
        JSON.stringify(reply.body),
      );
    } else {
      exchange.replyHead(200, this.#port.replyHeaders('text/event-stream; charset=utf-8', NO_FACTS));
      for (const event of reply.events) exchange.write(Buffer.from(event));
      exchange.end();
    }
    this.#port.succeed(reply.usage);
  }
}
