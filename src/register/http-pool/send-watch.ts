/**
 * The dispatcher of one call: the pool, and the knowledge whether anything of the call can have reached the provider.
 * Until a connection stands and the request is about to be written, nothing can, and the call can still be stopped.
 */
import type { Dispatcher } from './own-agent.ts';

type Abort = (error: Error) => void;
type OnConnect = (this: unknown, abort: Abort, ...rest: unknown[]) => void;
type OnRequestStart = (this: unknown, controller: { readonly abort: Abort }, ...rest: unknown[]) => void;

/** A handler has one of the two methods, by the version of undici's protocol. */
interface Handler {
  readonly onConnect?: OnConnect;
  readonly onRequestStart?: OnRequestStart;
}

export class SendWatch {
  readonly dispatcher: Dispatcher;
  #isSent = false;
  #isStopped = false;

  constructor(pool: Dispatcher) {
    this.dispatcher = Object.create(pool, {
      dispatch: { value: (options: unknown, handler: Handler) => pool.dispatch(options, this.#watched(handler)) },
    }) as Dispatcher;
  }

  get isSent(): boolean {
    return this.#isSent;
  }

  /** The call must not be sent any more. */
  stop(): void {
    this.#isStopped = true;
  }

  #watched(handler: Handler): Handler {
    const { onConnect, onRequestStart } = handler;
    const begins = (): boolean => {
      this.#isSent ||= !this.#isStopped;
      return !this.#isStopped;
    };
    const stop = new Error('the call was given to the original');
    const started: OnConnect = function (abort, ...rest) {
      onConnect?.call(this, abort, ...rest);
      if (!begins()) abort(stop);
    };
    const startedWithController: OnRequestStart = function (controller, ...rest) {
      onRequestStart?.call(this, controller, ...rest);
      if (!begins()) controller.abort(stop);
    };
    // Everything else is the handler's own, with the state that it keeps in itself.
    return Object.create(handler, {
      ...(onConnect === undefined ? {} : { onConnect: { value: started } }),
      ...(onRequestStart === undefined ? {} : { onRequestStart: { value: startedWithController } }),
    }) as Handler;
  }
}
