/**
 * What signals do: SIGTERM and SIGINT drain and exit 0, a second SIGINT exits at once, SIGHUP loads the config again.
 * A drain that hangs is ended a little after its time, still with 0: the requests were given what was promised.
 */
import type { SignalSource } from './ports.ts';

const GRACE_MS = 2_000;
const EXIT_INTERRUPTED = 130;

export interface SignalActions {
  stop(signal: string): Promise<void>;
  reload(): void;
  exit(code: number): void;
  onStopError(error: unknown): void;
  readonly drainTimeoutMs: number;
}

export function handleSignals(signals: SignalSource, actions: SignalActions): void {
  let stopping = false;
  const begin = (signal: NodeJS.Signals): void => {
    if (stopping) {
      if (signal === 'SIGINT') actions.exit(EXIT_INTERRUPTED);
      return;
    }
    stopping = true;
    setTimeout(() => actions.exit(0), actions.drainTimeoutMs + GRACE_MS).unref();
    actions.stop(signal).then(
      () => actions.exit(0),
      (error: unknown) => {
        actions.onStopError(error);
        actions.exit(1);
      },
    );
  };
  signals.on('SIGTERM', () => begin('SIGTERM'));
  signals.on('SIGINT', () => begin('SIGINT'));
  signals.on('SIGHUP', () => {
    if (!stopping) actions.reload();
  });
}
