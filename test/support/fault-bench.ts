/** A gateway before a provider that does what each test says, and what a client may then see. */
import { expect } from 'vitest';
import { chat, type ChatReply } from './chat-client.ts';
import { GatewayProcess } from './gateway-process.ts';
import { answerWhole, HEALTHY_TEXT, WORDS } from './scripted-answers.ts';
import { ScriptedProvider, type Script } from './scripted-provider.ts';

const PROVIDER_KEY = 'sk-canary-5b1f0c7de2a94b3f8d6e1a2c3b4d5e6f';

export interface Asked {
  readonly stream?: boolean;
  /** With a time limit of half a second instead of thirty. */
  readonly short?: boolean;
}

export class FaultBench {
  readonly provider: ScriptedProvider;
  readonly gateway: GatewayProcess;
  readonly providerKey = PROVIDER_KEY;

  private constructor(provider: ScriptedProvider, gateway: GatewayProcess) {
    this.provider = provider;
    this.gateway = gateway;
  }

  static async start(): Promise<FaultBench> {
    const provider = await ScriptedProvider.start();
    provider.on('healthy', answerWhole);
    const gateway = await GatewayProcess.start(`
model_list:
  - model_name: "*"
    litellm_params: { model: openai/*, api_base: ${provider.apiBase}, api_key: ${PROVIDER_KEY}, timeout: 30 }
  - model_name: short/*
    litellm_params: { model: openai/*, api_base: ${provider.apiBase}, api_key: ${PROVIDER_KEY}, timeout: 0.5 }
router_settings: { num_retries: 0, disable_cooldowns: true }
general_settings: { master_key: sk-1234 }
`);
    return new FaultBench(provider, gateway);
  }

  /** Lets the provider do `script` for a model of this name, and asks. Afterwards the gateway must still serve. */
  async ask(name: string, script: Script, { stream = false, short = false }: Asked = {}): Promise<ChatReply> {
    this.provider.on(name, script);
    const reply = await chat(this.gateway.url, { model: short ? `short/${name}` : name, stream });
    if (reply.raw.includes(PROVIDER_KEY.slice(-24)))
      throw new Error(`the provider's key is in the reply: ${reply.raw}`);
    const attempts = this.provider.callsFor(name).length;
    if (attempts !== 1) throw new Error(`the provider saw ${attempts} attempts instead of one`);
    const next = await chat(this.gateway.url, { model: 'healthy', stream });
    if (next.text !== HEALTHY_TEXT) throw new Error(`the next request failed with ${next.status}: ${next.raw}`);
    return reply;
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await this.provider.close();
  }
}

/** An error reply with a body of LiteLLM's shape. */
export function expectError(reply: ChatReply, status: number): void {
  expect([reply.status, reply.cut]).toEqual([status, false]);
  expect(JSON.parse(reply.raw)).toEqual({
    error: expect.objectContaining({ message: expect.stringMatching(/\S/), code: expect.any(String) }),
  });
  expect(reply.raw).not.toMatch(/\n\s+at /);
}

/** The words that came, then an error event as the last event, and no sign of a regular end. */
export function expectBrokenAfter(reply: ChatReply, words: number): void {
  expect(reply.status).toBe(200);
  expect(reply.text).toBe(WORDS.slice(0, words).join(''));
  expect(reply.error?.message).toMatch(/\S/);
  expect([reply.done, reply.finishReason]).toEqual([false, null]);
  expect(reply.raw.trimEnd().split('\n').at(-1)).toMatch(/^data: \{"error":/);
}

export function expectWhole(reply: ChatReply): void {
  expect([reply.status, reply.text, reply.error, reply.cut]).toEqual([200, HEALTHY_TEXT, null, false]);
}
