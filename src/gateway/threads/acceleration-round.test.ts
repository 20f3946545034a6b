import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ThreadReport } from '../acceleration/contract.ts';
import { AccelerationRound, type AskedWorker } from './acceleration-round.ts';
import type { ToWorker } from './contract.ts';

class FakeWorker implements AskedWorker {
  readonly lane: number;
  readonly heard: ToWorker[] = [];

  constructor(lane: number) {
    this.lane = lane;
  }

  post(message: ToWorker): void {
    this.heard.push(message);
  }

  kinds(): readonly string[] {
    return this.heard.map(({ kind }) => kind);
  }
}

const report = (websockets: number): ThreadReport => ({
  rollout: { atMs: websockets, components: [], unknown: [] },
  relays: {
    handedOver: { route: 1, credential: 0, feature: 0, model: 0, rollout: 0, fault: 0 },
    websockets,
    notCompared: { paid: 0, unreadable: 0 },
  },
});

const OFF = { component: 'route:/a', mode: { mode: 'off' } } as const;

describe('components over several threads', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function rig() {
    const workers = [new FakeWorker(0), new FakeWorker(1)] as const;
    return { workers, round: new AccelerationRound(() => workers) };
  }

  it('are reported together', () => {
    const { workers, round } = rig();
    const [one, other] = workers;
    round.take({ kind: 'ask', id: 7, order: null }, one);
    expect([one.heard, other.heard]).toEqual([[{ kind: 'tell', question: 1 }], [{ kind: 'tell', question: 1 }]]);
    round.take({ kind: 'told', question: 1, report: report(2) }, one);
    expect(one.kinds()).toEqual(['tell']);
    round.take({ kind: 'told', question: 1, report: report(3) }, other);
    expect(one.heard.at(-1)).toMatchObject({
      kind: 'answer',
      id: 7,
      report: { rollout: { atMs: 3 }, relays: { handedOver: { route: 2 }, websockets: 5 } },
    });
    expect(other.kinds()).toEqual(['tell']);
  });

  it('follow an order before they are asked, and so do threads that come later', () => {
    const { workers, round } = rig();
    round.take({ kind: 'ask', id: 1, order: OFF }, workers[1]);
    for (const worker of workers) expect(worker.heard[0]).toEqual({ kind: 'apply', orders: [OFF] });
    expect(round.orders()).toEqual([OFF]);
    round.take({ kind: 'ask', id: 2, order: { ...OFF, mode: null } }, workers[1]);
    expect(round.orders()).toEqual([]);
  });

  it('are rolled back everywhere', () => {
    const { workers, round } = rig();
    round.take({ kind: 'rolled-back', component: 'route:/a' }, workers[0]);
    expect([workers[0].heard, workers[1].heard]).toEqual([[], [{ kind: 'roll-back', component: 'route:/a' }]]);
  });

  it('are reported without a thread that does not answer', () => {
    const { workers, round } = rig();
    round.take({ kind: 'ask', id: 1, order: null }, workers[0]);
    round.take({ kind: 'told', question: 1, report: report(2) }, workers[0]);
    vi.advanceTimersByTime(2_000);
    expect(workers[0].heard.at(-1)).toMatchObject({ kind: 'answer', report: { relays: { websockets: 2 } } });
    // What comes after the answer is for nobody.
    round.take({ kind: 'told', question: 1, report: report(9) }, workers[1]);
    expect(workers[0].kinds()).toEqual(['tell', 'answer']);
  });
});
