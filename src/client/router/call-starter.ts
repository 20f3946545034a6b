/**
 * Where calls begin, those of a router and those without one: read, counted among the running ones, handed to the engine,
 * which is loaded at the first of them. Whatever goes wrong leaves here as LiteLLM's error and OpenAI's.
 */
import { LruMap } from '../../primitives/lru-map.ts';
import type { CustomLogger } from '../callbacks/contract.ts';
import type { StartedCall } from './batch.ts';
import type { CallEngine } from './call-engine.ts';
import type { CallGround } from './call-ground.ts';
import { CallScope } from './call-scope.ts';
import type { CallFamily } from './families.ts';
import { promptTokens } from './prompt-tokens.ts';
import { type CallContext, type ReadCall, readCall } from './read-call.ts';
import { shownAnswer, shownFailure } from './report.ts';
import { closedError, RunningCalls } from './running-calls.ts';
import type { RouterTools } from './tools.ts';

/** Responses of which is remembered who holds them, for calls with `previous_response_id`. */
const RESPONSES_KEPT = 10_000;

export class CallStarter {
  /** What reading a call needs. */
  readonly context: CallContext;
  readonly #tools: RouterTools;
  readonly #running = new RunningCalls();
  readonly #holders = new LruMap<string, string>(RESPONSES_KEPT);
  #engine: Promise<CallEngine> | null = null;
  #closed = false;

  /** @param loggers hear of every call, after those of the process */
  constructor(tools: RouterTools, loggers: readonly CustomLogger[] = []) {
    this.#tools = tools;
    this.context = {
      countTokens: promptTokens,
      holderOf: (id) => this.#holders.get(id) ?? null,
      loggers: loggers.length === 0 ? tools.loggers : () => [...tools.loggers(), ...loggers],
    };
  }

  /** @param groundOf asked once, when the call has been read */
  start(family: CallFamily, question: object, groundOf: (call: ReadCall) => CallGround): StartedCall<unknown> {
    let scope: CallScope | null = null;
    const begin = async (): Promise<unknown> => {
      try {
        if (this.#closed) throw closedError();
        const call = readCall(family, question, this.context);
        const ground = groundOf(call);
        scope = new CallScope(call.signal, this.#running);
        const engine = await this.#loaded(scope);
        return shownAnswer(await engine.call(ground, call, scope));
      } catch (error) {
        throw shownFailure(error, this.#tools.openai);
      }
    };
    return { answer: begin(), abort: (reason) => scope?.abort(reason) };
  }

  /** Refuses new calls, waits for those that run, or ends them, and closes every connection. */
  async close(abort: boolean): Promise<void> {
    this.#closed = true;
    if (abort) this.#running.abort(closedError());
    await this.#running.idle();
    if (this.#engine !== null) await (await this.#engine).close();
  }

  async #loaded(scope: CallScope): Promise<CallEngine> {
    try {
      return await (this.#engine ??= this.#load());
    } catch (error) {
      scope.end();
      throw error;
    }
  }

  async #load(): Promise<CallEngine> {
    const { CallEngine: Engine } = await import('./call-engine.ts');
    return new Engine(this.#tools, (id, deploymentId) => this.#holders.set(id, deploymentId));
  }
}
