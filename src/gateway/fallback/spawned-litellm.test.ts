import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { snapshotWith } from '../../../test/support/snapshot.ts';
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { FallbackError } from './fallback-error.ts';
import type { FallbackTools } from './fallback-tools.ts';
import type { LaunchOptions, LitellmProcess } from './litellm-process.ts';
import type { Verdict } from './probe-litellm.ts';
import { spawnLitellm } from './spawned-litellm.ts';

class FakeProcess implements LitellmProcess {
  readonly origin: string;
  readonly lastLines = ['last words'];
  readonly ended: Promise<string>;
  readonly options: LaunchOptions;
  stopped: number | null = null;
  readonly die: (how: string) => void;

  constructor(options: LaunchOptions) {
    this.options = options;
    this.origin = `http://127.0.0.1:${options.port}`;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.die = resolve;
  }

  async stop(timeoutMs: number): Promise<void> {
    this.stopped = timeoutMs;
    this.die('it ended with the code 0');
    await this.ended;
  }
}

/** Processes that come up when a test says so, and pauses that end when it says so. */
function rig(program: string | null = '/bin/litellm') {
  const processes: FakeProcess[] = [];
  const verdicts = new Map<string, Verdict>();
  const pauses: { readonly ms: number; readonly end: () => void }[] = [];
  const log: string[] = [];
  let port = 5000;
  let reload: (snapshot: ConfigSnapshot) => void = () => undefined;
  const snapshot = snapshotWith({ environment: { PATH: '/bin' } });
  const tools: FallbackTools = {
    probe: ({ origin }) => Promise.resolve(verdicts.get(origin) ?? { kind: 'gone', reason: 'nobody there' }),
    pause: (ms, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve());
        pauses.push({ ms, end: resolve });
      }),
    now: () => 1_000,
    monotonicMs: () => 0,
    findProgram: () => program,
    freePort: () => Promise.resolve(port++),
    launch: (options) => {
      const made = new FakeProcess(options);
      processes.push(made);
      return made;
    },
  };
  const snapshots = {
    current: () => snapshot,
    subscribe: (listener: typeof reload) => {
      reload = listener;
      return () => undefined;
    },
  };
  const start = () =>
    spawnLitellm(
      {
        configFile: '/etc/config.yaml',
        snapshots,
        drainTimeoutMs: 7_000,
        log: pino({ level: 'trace' }, { write: (line: string) => log.push(line) }),
      },
      tools,
    );
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  };
  return {
    processes,
    log,
    start,
    pauses,
    /** Ends every pause that runs now. */
    tick: async () => {
      for (const { end } of pauses.splice(0)) end();
      await settle();
    },
    settle,
    comesUp: (index: number) => verdicts.set(processes[index]?.origin ?? '', { kind: 'up' }),
    says: (index: number, verdict: Verdict) => verdicts.set(processes[index]?.origin ?? '', verdict),
    reload: async () => {
      reload(snapshot);
      await settle();
    },
  };
}

async function running() {
  const made = rig();
  const litellm = made.start();
  await made.settle();
  made.comesUp(0);
  await made.tick();
  return { ...made, litellm };
}

describe('a LiteLLM of the gateway’s own', () => {
  it('is started with the same file and environment, on a port of its own', async () => {
    const { processes, litellm } = await running();
    expect(processes[0]?.options).toMatchObject({
      program: '/bin/litellm',
      configFile: '/etc/config.yaml',
      port: 5000,
      environment: new Map([['PATH', '/bin']]),
    });
    expect(litellm.current()).toEqual({
      kind: 'spawn',
      origin: 'http://127.0.0.1:5000',
      health: 'up',
      sinceMs: 1_000,
      reason: null,
      restarts: 0,
    });
    await litellm.stop();
  });

  it('is no reason to wait at the start', async () => {
    const made = rig();
    const litellm = made.start();
    await made.settle();
    expect(litellm.current()).toMatchObject({ health: 'starting', origin: null });
    await litellm.stop();
    expect(made.processes[0]?.stopped).toBe(10_000);
  });

  it('needs its program', () => {
    expect(() => rig(null).start()).toThrow(FallbackError);
    expect(() => rig(null).start()).toThrow(/not on the PATH.*pip install/);
  });

  it('is started again when it dies: at once, then after a pause', async () => {
    const { processes, litellm, settle, comesUp, tick, pauses, log } = await running();
    processes[0]?.die('it ended with the code 1');
    await settle();
    expect(processes).toHaveLength(2);
    expect(litellm.current()).toMatchObject({
      health: 'down',
      origin: null,
      restarts: 1,
      reason: 'it ended with the code 1; the log has its last lines',
    });
    expect(log.join('')).toContain('last words');
    processes[1]?.die('it ended with the code 1');
    await settle();
    expect([processes.length, pauses.map(({ ms }) => ms)]).toEqual([2, expect.arrayContaining([100])]);
    await tick();
    // Why it starts once more stays to be read while nobody answers yet.
    expect(litellm.current().reason).toContain('it ended with the code 1');
    expect(processes).toHaveLength(3);
    comesUp(2);
    await tick();
    expect(litellm.current()).toMatchObject({
      health: 'up',
      origin: 'http://127.0.0.1:5002',
      restarts: 2,
      reason: null,
    });
    await litellm.stop();
  });

  it('is ended and started again when it says nothing for a minute', async () => {
    const { processes, litellm, says, tick } = await running();
    says(0, { kind: 'silent', reason: 'no answer' });
    for (let looks = 0; looks < 2; looks++) await tick();
    expect(litellm.current().health).toBe('up');
    await tick();
    // Busy or hanging, nobody knows yet: it is still used.
    expect(litellm.current()).toMatchObject({ health: 'silent', reason: 'no answer', origin: processes[0]?.origin });
    for (let looks = 3; looks < 12; looks++) await tick();
    expect([processes[0]?.stopped, processes.length]).toEqual([0, 2]);
    await litellm.stop();
  });

  it('is replaced with a new configuration only when the new one serves', async () => {
    const { processes, litellm, reload, comesUp, tick, settle } = await running();
    await reload();
    expect(processes).toHaveLength(2);
    expect(litellm.current()).toMatchObject({ health: 'up', origin: processes[0]?.origin });
    expect(processes[0]?.stopped).toBeNull();
    comesUp(1);
    await tick();
    expect(litellm.current()).toMatchObject({ health: 'up', origin: processes[1]?.origin, restarts: 0 });
    expect(processes[0]?.stopped).toBe(7_000);
    // The new one is looked after now.
    processes[1]?.die('it ended with the code 1');
    await settle();
    expect([processes.length, litellm.current().restarts]).toEqual([3, 1]);
    await litellm.stop();
  });

  it('stays with the old configuration when the new one does not start', async () => {
    const { processes, litellm, reload, settle, log } = await running();
    await reload();
    processes[1]?.die('it ended with the code 3');
    await settle();
    expect(litellm.current()).toMatchObject({ health: 'up', origin: processes[0]?.origin, restarts: 0 });
    expect(log.join('')).toContain('did not start with the new configuration');
    expect(litellm.current().reason).toContain('did not start with the new configuration');
    await litellm.stop();
    expect(processes).toHaveLength(2);
  });

  it('is replaced once by the last of several configurations', async () => {
    const { processes, litellm, reload, comesUp, tick } = await running();
    await reload();
    await reload();
    expect([processes.length, processes[1]?.stopped]).toEqual([3, 0]);
    comesUp(2);
    await tick();
    expect(litellm.current().origin).toBe(processes[2]?.origin);
    await litellm.stop();
  });

  it('is stopped with its replacement, and nothing is started any more', async () => {
    const { processes, litellm, reload, settle } = await running();
    await reload();
    await litellm.stop();
    await settle();
    expect(processes.map(({ stopped }) => stopped)).toEqual([10_000, 10_000]);
  });

  it('is never used when it serves whoever comes', async () => {
    const made = rig();
    const litellm = made.start();
    await made.settle();
    made.says(0, { kind: 'open' });
    await made.tick();
    expect(litellm.current()).toMatchObject({ health: 'open' });
    await litellm.stop();
  });
});
