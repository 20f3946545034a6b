import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handleSignals } from './signals.ts';

interface Rig {
  readonly signals: EventEmitter;
  readonly exits: number[];
  readonly reloads: () => number;
  readonly stops: string[];
  readonly errors: unknown[];
  readonly finish: () => void;
  readonly fail: (error: Error) => void;
}

function rig(): Rig {
  const signals = new EventEmitter();
  const exits: number[] = [];
  const stops: string[] = [];
  const errors: unknown[] = [];
  let reloads = 0;
  const stopped = Promise.withResolvers<undefined>();
  handleSignals(signals, {
    drainTimeoutMs: 5_000,
    exit: (code) => exits.push(code),
    reload: () => (reloads += 1),
    onStopError: (error) => errors.push(error),
    stop: async (signal) => {
      stops.push(signal);
      await stopped.promise;
    },
  });
  return {
    signals,
    exits,
    stops,
    errors,
    reloads: () => reloads,
    finish: () => stopped.resolve(undefined),
    fail: (error) => stopped.reject(error),
  };
}

describe('handleSignals', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each(['SIGTERM', 'SIGINT'])('%s drains, then exits 0', async (signal) => {
    const { signals, exits, stops, finish } = rig();
    signals.emit(signal);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([stops, exits]).toEqual([[signal], []]);
    finish();
    await vi.advanceTimersByTimeAsync(0);
    expect(exits).toEqual([0]);
  });

  it('a second SIGINT exits at once, a second SIGTERM does not', () => {
    const { signals, exits, stops } = rig();
    signals.emit('SIGTERM');
    signals.emit('SIGTERM');
    expect(exits).toEqual([]);
    signals.emit('SIGINT');
    expect([exits, stops]).toEqual([[130], ['SIGTERM']]);
  });

  it('ends a drain that hangs shortly after its time', async () => {
    const { signals, exits } = rig();
    signals.emit('SIGTERM');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(exits).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(exits).toEqual([0]);
  });

  it('reports a failed shutdown with exit code 1', async () => {
    const { signals, exits, errors, fail } = rig();
    signals.emit('SIGTERM');
    fail(new Error('no'));
    await vi.advanceTimersByTimeAsync(0);
    expect([exits, errors]).toEqual([[1], [new Error('no')]]);
  });

  it('SIGHUP loads the config again, but not while stopping', () => {
    const { signals, reloads } = rig();
    signals.emit('SIGHUP');
    expect(reloads()).toBe(1);
    signals.emit('SIGTERM');
    signals.emit('SIGHUP');
    expect(reloads()).toBe(1);
  });
});
