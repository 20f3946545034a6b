/**
 * The common set-up of the fault catalogue: one gateway, and for each model a deployment, a fallback of its own
 * (`<model>-fallback`), retries and time limits. Each scenario has a model to itself, so that many run at once.
 */
import { stringify } from 'yaml';
import { setTimeout as pause } from 'node:timers/promises';
import { chat, type ChatReply } from './chat-client.ts';
import { TIMEOUT_SECONDS } from './fault-scale.ts';
import { GatewayProcess } from './gateway-process.ts';
import { answerPaced, answerWhole, HEALTHY_TEXT } from './scripted-answers.ts';
import { ScriptedProvider, type ProviderCall, type Script } from './scripted-provider.ts';

export const PROVIDER_KEY = 'sk-canary-5b1f0c7de2a94b3f8d6e1a2c3b4d5e6f';
const HEALTHY_MODEL = 'healthy';
/**
 * Between the starts of two scenarios: retries of the whole gateway share a budget of ten a second, and a scenario must
 * not go without its own because others had theirs in the same second.
 */
const START_GAP_MS = 250;

export interface FleetModel {
  readonly name: string;
  /** `litellm_params` besides the address. */
  readonly params?: Readonly<Record<string, unknown>>;
}

export interface FaultRun {
  /** null: no reply at all, or not ended in time. */
  readonly reply: ChatReply | null;
  readonly elapsedMs: number;
  readonly late: boolean;
  readonly startedMs: number;
  /** What the deployment saw, in order. */
  readonly primary: readonly ProviderCall[];
  readonly fallback: readonly ProviderCall[];
  /** A normal request was served afterwards. */
  readonly servesOn: boolean;
}

export interface AskOptions {
  readonly stream: boolean;
  readonly withinMs: number;
  readonly body?: Readonly<Record<string, unknown>>;
}

export class FaultFleet {
  readonly provider: ScriptedProvider;
  readonly gateway: GatewayProcess;
  #lastStart: Promise<unknown> = Promise.resolve();

  private constructor(provider: ScriptedProvider, gateway: GatewayProcess) {
    this.provider = provider;
    this.gateway = gateway;
  }

  /** @param router `router_settings` besides those of the common set-up */
  static async start(
    models: readonly FleetModel[],
    router: Readonly<Record<string, unknown>> = {},
  ): Promise<FaultFleet> {
    const provider = await ScriptedProvider.start();
    provider.on(HEALTHY_MODEL, answerWhole);
    const address = { api_base: provider.apiBase, api_key: PROVIDER_KEY };
    const deployment = (name: string, params: FleetModel['params'] = {}): object => ({
      model_name: name,
      litellm_params: { model: `openai/${name}`, ...address, ...params },
    });
    const fallbacks = models.map(({ name }) => ({ [name]: [fallbackOf(name)] }));
    const gateway = await GatewayProcess.start(
      stringify({
        model_list: [
          deployment(HEALTHY_MODEL),
          ...models.map(({ name, params }) => deployment(name, params)),
          ...models.map(({ name }) => deployment(fallbackOf(name))),
        ],
        router_settings: {
          num_retries: 2,
          timeout: TIMEOUT_SECONDS,
          fallbacks,
          context_window_fallbacks: fallbacks,
          ...router,
        },
        general_settings: { master_key: 'sk-1234' },
      }),
    );
    return new FaultFleet(provider, gateway);
  }

  /** What a model's deployment and its fallback do from now on. */
  script(model: string, primary: Script, fallback: Script = answerPaced): void {
    this.provider.on(model, primary);
    this.provider.on(fallbackOf(model), fallback);
  }

  /** Asks once, and a normal request afterwards. */
  async ask(model: string, { stream, withinMs, body = {} }: AskOptions): Promise<FaultRun> {
    await this.#turn();
    const startedMs = performance.now();
    const signal = AbortSignal.timeout(withinMs);
    const reply = await chat(this.gateway.url, { model, stream, signal, body }).catch(() => null);
    const elapsedMs = performance.now() - startedMs;
    const late = signal.aborted;
    return {
      reply: late ? null : reply,
      elapsedMs,
      late,
      startedMs,
      primary: this.provider.callsFor(model),
      fallback: this.provider.callsFor(fallbackOf(model)),
      servesOn: await this.servesOn(),
    };
  }

  async servesOn(withinMs = 10_000): Promise<boolean> {
    const signal = AbortSignal.timeout(withinMs);
    const reply = await chat(this.gateway.url, { model: HEALTHY_MODEL, signal }).catch(() => null);
    return reply?.text === HEALTHY_TEXT && reply.status === 200;
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await this.provider.close();
  }

  #turn(): Promise<unknown> {
    const mine = this.#lastStart;
    this.#lastStart = mine.then(() => pause(START_GAP_MS));
    return mine;
  }
}

export function fallbackOf(model: string): string {
  return `${model}-fallback`;
}
