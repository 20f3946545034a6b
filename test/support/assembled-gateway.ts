import { pino, type Logger } from 'pino';
import { assemble, type Assembly } from '../../src/gateway/assembly.ts';
import { ownDesk, ThreadAcceleration } from '../../src/gateway/acceleration/thread-acceleration.ts';
import { StrictLimits } from '../../src/gateway/cluster/strict-limits.ts';
import { CountingThread } from '../../src/gateway/counting/counting-thread.ts';
import type { FallbackStates } from '../../src/gateway/fallback/contract.ts';
import { FallbackLink } from '../../src/gateway/fallback/fallback-link.ts';
import { GatewayTokenizers } from '../../src/gateway/counting/gateway-tokenizers.ts';
import { limitMemoryFor } from '../../src/gateway/limits/limit-memory.ts';
import { allocateCountingMemory } from '../../src/gateway/threads/counting-memory.ts';
import { PriceTable, toPriceMap } from '../../src/pricing/price-table.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { createRollout } from '../../src/rollout/create-rollout.ts';
import { readSettings } from '../../src/rollout/read-settings.ts';
import { FakeExchange, type FakeRequest } from './fake-exchange.ts';
import { FakeUpstream } from './fake-upstream.ts';
import { deployment, snapshotWith, type SnapshotParts } from './snapshot.ts';

/** A gateway as it is put together for a configuration, with neither sockets nor a network. */
export class AssembledGateway {
  readonly upstream = new FakeUpstream();
  readonly logLines: string[] = [];
  readonly assembly: Assembly;
  readonly tokenizers: GatewayTokenizers;
  readonly countingThread = new CountingThread();

  readonly rollout = createRollout({ settings: readSettings({}) });
  /** What reaches the LiteLLM behind the gateway, where there is one. */
  readonly litellm = new FakeUpstream();

  /** One attempt per request, unless `routerRaw` says otherwise. @param states of a LiteLLM behind it; left out: none */
  constructor(parts: SnapshotParts = {}, prices: JsonObject = PRICES, states?: FallbackStates) {
    const log = pino({ level: 'trace' }, { write: (line: string) => this.logLines.push(line) });
    this.tokenizers = new GatewayTokenizers({ log });
    const snapshot = snapshotWith({ ...parts, routerRaw: { num_retries: 0, ...parts.routerRaw } });
    this.assembly = assemble({
      snapshot,
      memory: allocateCountingMemory(snapshot, 1, limitMemoryFor(snapshot, null)),
      lane: 0,
      shared: {
        log,
        upstream: this.upstream,
        prices: new PriceTable(() => toPriceMap(prices)),
        tokenizers: this.tokenizers,
        countingThread: this.countingThread,
        strictLimits: new StrictLimits(log),
        fallback: states === undefined ? null : this.#link(log, states),
        desk: ownDesk(new ThreadAcceleration(this.rollout, null)),
        openExchanges: () => 0,
      },
      listenHost: '127.0.0.1',
    });
  }

  #link(log: Logger, states: FallbackStates): FallbackLink {
    const { litellm: upstream, rollout } = this;
    const pseudonym = 'fast-litellm-test';
    return new FallbackLink({ states, upstream, rollout, log, pseudonym, scheme: 'http', listenHost: '127.0.0.1' });
  }

  /** Hands a request to the dispatcher. Without headers it shows the master key. */
  request(request: FakeRequest): FakeExchange {
    const exchange = new FakeExchange({ headers: { authorization: 'Bearer sk-1234' }, ...request });
    this.assembly.dispatcher.handle(exchange);
    return exchange;
  }

  /** A POST with a JSON body. */
  post(target: string, body: unknown, headers: Readonly<Record<string, string>> = {}): FakeExchange {
    return this.request({
      method: 'POST',
      target,
      headers: { authorization: 'Bearer sk-1234', 'content-type': 'application/json', ...headers },
      body: [typeof body === 'string' ? body : JSON.stringify(body)],
    });
  }

  chat(body: Readonly<Record<string, unknown>> = {}, headers: Readonly<Record<string, string>> = {}): FakeExchange {
    return this.post('/v1/chat/completions', { model: 'group', messages: MESSAGES, ...body }, headers);
  }
}

const PRICES: JsonObject = {
  'gpt-4o': { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 2e-6, output_cost_per_token: 1e-5 },
};
export const MESSAGES = [{ role: 'user', content: 'hello' }];
export const PROVIDER_KEY = 'sk-provider-canary-0f9e8d7c6b5a';

/** One OpenAI-compatible deployment of the group `group`. */
export function openaiDeployment(params: JsonObject = {}, group = 'group'): ReturnType<typeof deployment> {
  const model = { model: 'openai/gpt-4o', api_base: 'http://provider.test/v1', api_key: PROVIDER_KEY };
  return deployment(`id-${group}`, group, { ...model, ...params });
}

export const COMPLETION = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
};
