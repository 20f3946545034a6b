/**
 * A pool of our own beneath the platform's `fetch`: a second agent of the class of the one that is in force, so that it
 * always fits the running Node. Whoever has put another dispatcher in force (a proxy, a mock, one with settings or
 * interceptors) keeps it: then there is none.
 */
import { UnexpectedShape } from '../unexpected-shape.ts';

/** Node 24 and later have two, for two versions of the dispatchers' protocol. */
const GLOBAL_DISPATCHERS = [Symbol.for('undici.globalDispatcher.2'), Symbol.for('undici.globalDispatcher.1')];
const DEFAULT_CLASSES: ReadonlySet<string> = new Set(['Agent', 'Dispatcher1Wrapper']);
/** What an agent has without being told anything. */
const DEFAULT_OPTIONS: Readonly<Record<string, unknown>> = {
  connect: undefined,
  interceptors: undefined,
  maxOrigins: Infinity,
};
/** The platform's keep a connection for 4 s; a program that calls a model every few seconds connects every time. */
const KEEP_ALIVE_MS = 30_000;

export interface Dispatcher {
  dispatch(options: unknown, handler: object): boolean;
  close(): Promise<void>;
}

type AgentClass = new (options: object) => Dispatcher;

export class OwnAgent {
  #judged: readonly unknown[] = [];
  #isDefault = false;
  #agent: Dispatcher | null = null;

  /** The pool; null while the program has a dispatcher of its own. @throws UnexpectedShape when none can be made */
  current(): Dispatcher | null {
    const inForce = dispatchersInForce();
    if (inForce.some((each, i) => each !== this.#judged[i]) || this.#judged.length === 0) {
      this.#judged = inForce;
      const present = inForce.filter((each) => each !== undefined);
      this.#isDefault = present.length > 0 && present.every(isDefault);
    }
    if (!this.#isDefault) return null;
    this.#agent ??= create(inForce);
    return this.#agent;
  }

  /** Lets running calls end. */
  close(): void {
    const agent = this.#agent;
    this.#agent = null;
    // A call that never ends keeps only itself.
    agent?.close().catch(() => {});
  }
}

function dispatchersInForce(): readonly unknown[] {
  const read = (): readonly unknown[] => GLOBAL_DISPATCHERS.map((symbol): unknown => Reflect.get(globalThis, symbol));
  const inForce = read();
  if (inForce.some((each) => each !== undefined)) return inForce;
  // The platform makes its agent when it first needs its HTTP client, which every class of `fetch` brings in.
  void globalThis.Response;
  return read();
}

function create(inForce: readonly unknown[]): Dispatcher {
  const found = inForce.find((each) => nameOf(each) === 'Agent');
  if (found === undefined) throw new UnexpectedShape('the platform has no agent');
  const agent = new ((found as object).constructor as AgentClass)({
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: 600_000,
    // One call on a connection at a time: a long answer holds up no other.
    pipelining: 1,
    allowH2: false,
  });
  if (typeof agent.dispatch !== 'function' || typeof agent.close !== 'function')
    throw new UnexpectedShape('the platform has another kind of agent');
  return agent;
}

function nameOf(dispatcher: unknown): string {
  return typeof dispatcher === 'object' && dispatcher !== null ? dispatcher.constructor.name : '';
}

/** Whether a dispatcher is as the platform makes it. */
function isDefault(dispatcher: unknown): boolean {
  if (typeof dispatcher !== 'object' || dispatcher === null || !DEFAULT_CLASSES.has(nameOf(dispatcher))) return false;
  const { dispatch } = dispatcher as { readonly dispatch?: unknown };
  const prototype: unknown = dispatcher.constructor.prototype;
  // One with interceptors has a `dispatch` of its own.
  if (dispatch !== (prototype as { readonly dispatch?: unknown }).dispatch) return false;
  const symbol = Object.getOwnPropertySymbols(dispatcher).find(({ description }) => description === 'options');
  const options: unknown = symbol === undefined ? {} : Reflect.get(dispatcher, symbol);
  if (typeof options !== 'object' || options === null) return false;
  return Object.entries(options).every(([name, value]) => name in DEFAULT_OPTIONS && DEFAULT_OPTIONS[name] === value);
}
