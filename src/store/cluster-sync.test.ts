import { describe, expect, it } from 'vitest';
import { SliceSet } from '../rate-limit/slices/slice-set.ts';
import { SlicedLimiter } from '../rate-limit/slices/sliced-limiter.ts';
import { DeploymentState } from '../router/deployment-state.ts';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { SimulatedClusterStore } from '../../test/support/simulated-cluster-store.ts';
import { VirtualSignals, VirtualTime } from '../../test/support/virtual-time.ts';
import { ClusterSync } from './cluster-sync.ts';
import type { Beat, BeatAnswer, ClusterHealth, ClusterStore, SliceReport } from './contract.ts';

const START = 1_800_000_000_000;

class World {
  readonly time = new VirtualTime(START);
  readonly store = new SimulatedClusterStore({ now: this.time.now, windowMs: 60_000 });
  readonly calls: string[] = [];
  readonly reports: SliceReport[] = [];
  readonly lines: string[] = [];
  readonly healths: ClusterHealth[] = [];
  /** What the store does before it answers. */
  before: () => Promise<void> = async () => {
    await this.time.wait(1);
  };
  /** What it takes to connect. */
  connecting: () => Promise<void> = () => Promise.resolve();
  closed = 0;
  beatAnswer: Partial<BeatAnswer> = {};
  readonly beats: Beat[] = [];
  readonly state = new DeploymentState({ deployments: 1 });

  member(name: string) {
    const slices = new SliceSet({ seed: 3, capacity: 16, leases: 16, signals: new VirtualSignals(this.time) });
    const limiter = new SlicedLimiter({ slices, waitMs: 300, now: this.time.now });
    const say = (_fields: object, line: string): void => void this.lines.push(line);
    const sync = new ClusterSync({
      connect: async () => {
        await this.connecting();
        return this.#far();
      },
      process: name,
      slices,
      timeoutMs: 150,
      now: this.time.now,
      random: seededRandom(1),
      startTimer: this.time.startTimer,
      log: { info: say, warn: say },
      deployments: { ids: ['one'], state: this.state },
      onHealth: (health) => this.healths.push(health),
    });
    const started = sync.start();
    const ask = async (limit: number): Promise<boolean> => {
      const scopes = limiter.prepare([{ key: 'api_key', value: 'a', requests: limit, tokens: null, parallel: null }]);
      return (await limiter.admit(scopes, { size: () => expect.unreachable() })).admitted;
    };
    return { slices, limiter, sync, started, ask };
  }

  pass(ms: number): Promise<void> {
    return this.time.runUntil(this.time.now() + ms);
  }

  #far(): ClusterStore {
    const call = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      this.calls.push(name);
      await this.before();
      return await work();
    };
    return {
      exchangeSlices: (who, reports) => {
        this.reports.push(...reports);
        return call('slices', () => this.store.exchangeSlices(who, reports));
      },
      beat: (beat) => {
        this.beats.push(beat);
        return call('beat', async () => ({ ...(await this.store.beat(beat)), ...this.beatAnswer }));
      },
      exchangeUsage: () => call('usage', () => this.store.exchangeUsage()),
      close: () => {
        this.closed++;
        return Promise.resolve();
      },
    };
  }
}

describe('cluster sync', () => {
  it('brings what somebody waits for at once, not with the next interval', async () => {
    const world = new World();
    const { ask } = world.member('a');
    await world.pass(50);
    const asked = world.time.now();
    let answered = 0;
    void ask(10).then(() => (answered = world.time.now()));
    await world.pass(40);
    expect(answered - asked).toBe(1);
  });

  it('makes no call per request within a slice, and one per interval for its key', async () => {
    const world = new World();
    const { ask } = world.member('a');
    await world.pass(50);
    const first = ask(10_000);
    await world.pass(5);
    expect(await first).toBe(true);
    await world.pass(200);
    world.calls.length = 0;
    for (let count = 0; count < 50; count++) {
      expect(ask(10_000)).not.toBe(false);
      await world.pass(20);
    }
    // 1 s: ten intervals, and a few that were brought early.
    expect(world.calls.filter((name) => name === 'slices').length).toBeLessThanOrEqual(20);
  });

  it('is quiet about keys that are not used: they are given back and not reported any more', async () => {
    const world = new World();
    const { ask } = world.member('a');
    await world.pass(50);
    void ask(100);
    await world.pass(3000);
    world.reports.length = 0;
    await world.pass(3000);
    expect(world.reports).toEqual([]);
    expect(world.store.held([...reportedKeys(world)][0] ?? '')).toBeLessThanOrEqual(1);
  });

  it('raises one alarm when no answer comes in time, decides alone, and makes one call at a time until it is back', async () => {
    const world = new World();
    const { ask, sync } = world.member('a');
    await world.pass(500);
    expect(sync.health()).toEqual({ state: 'shared', processes: 1, reason: null });
    const stalled = Promise.withResolvers<void>();
    world.before = () => stalled.promise;
    world.calls.length = 0;
    await world.pass(300);
    expect(sync.health()).toMatchObject({ state: 'alone', reason: 'no answer within 150 ms' });
    await world.pass(60_000);
    // What hung when it stalled, and nothing behind it.
    expect(world.calls.length).toBeLessThanOrEqual(3);
    expect(await ask(10)).toBe(true);
    world.before = () => Promise.resolve();
    stalled.resolve();
    await world.pass(10_000);
    expect(sync.health().state).toBe('shared');
    expect(world.lines.filter((line) => line.includes('does not answer'))).toHaveLength(1);
    expect(world.lines.filter((line) => line.includes('again'))).toHaveLength(1);
    expect(world.healths.map(({ state }) => state)).toEqual(['shared', 'alone', 'shared']);
    expect(world.reports.some(({ used }) => used === 1)).toBe(true);
  });

  it('tries again more and more rarely, up to 5 s, while calls fail', async () => {
    const world = new World();
    const { sync } = world.member('a');
    world.before = () => Promise.reject(new Error('refused'));
    await world.pass(10_000);
    expect(sync.health()).toMatchObject({ state: 'alone', reason: 'refused' });
    const early = world.calls.length;
    expect(early).toBeGreaterThan(4);
    world.calls.length = 0;
    await world.pass(60_000);
    expect(world.calls.length).toBeGreaterThanOrEqual(10);
    expect(world.calls.length).toBeLessThanOrEqual(26);
    expect(world.lines).toHaveLength(1);
  });

  it('tells everything again when the store has another epoch', async () => {
    const world = new World();
    const { ask } = world.member('a');
    await world.pass(50);
    void ask(100);
    world.state.coolDown(0, world.time.now(), 60, { status: 429, rule: 'rate-limited' });
    await world.pass(5000);
    expect(world.beats.filter(({ cooldowns }) => cooldowns.length > 0)).toHaveLength(1);
    world.reports.length = 0;
    world.beatAnswer = { epoch: 'two' };
    await world.pass(500);
    expect(world.reports).toMatchObject([{ used: 1, limit: 100 }]);
    expect(world.beats.filter(({ cooldowns }) => cooldowns.length > 0)).toHaveLength(2);
  });

  it('begins cooldowns of others, keeps longer ones, and does not tell them again', async () => {
    const world = new World();
    world.member('a');
    const cooldown = { deployment: 'one', leftMs: 20_000, status: 429, rule: 'rate-limited' };
    await world.pass(150);
    world.beatAnswer = { cooldownVersion: 1, cooldowns: [cooldown, { ...cooldown, deployment: 'unknown' }] };
    await world.pass(300);
    const until = world.state.cooledUntil(0);
    expect(until).toBeGreaterThan(START + 20_000);
    world.beatAnswer = { cooldownVersion: 2, cooldowns: [{ ...cooldown, leftMs: 500 }] };
    await world.pass(300);
    expect(world.state.cooledUntil(0)).toBe(until);
    expect(world.beats.every(({ cooldowns }) => cooldowns.length === 0)).toBe(true);
  });

  it('lets those who wait decide alone when it stops', async () => {
    const world = new World();
    const { ask, sync } = world.member('a');
    await world.pass(50);
    world.before = () => new Promise(() => {});
    const waiting = ask(10);
    await world.pass(1);
    void sync.stop();
    await world.pass(1);
    expect(await waiting).toBe(true);
  });

  it('connects again when that failed, and keeps the reason until then', async () => {
    const world = new World();
    world.connecting = () => Promise.reject(new Error('no such package'));
    const { sync, started, ask } = world.member('a');
    await world.pass(1);
    await started;
    await world.pass(2000);
    expect(sync.health()).toMatchObject({ state: 'alone', reason: 'no such package' });
    expect(world.lines).toHaveLength(1);
    expect(await ask(10)).toBe(true);
    world.connecting = () => Promise.resolve();
    await world.pass(10_000);
    expect(sync.health()).toEqual({ state: 'shared', processes: 1, reason: null });
    expect(world.reports[0]).toMatchObject({ used: 1 });
  });

  it('closes a connection that was made while it stopped, and asks nothing over it', async () => {
    const world = new World();
    const connecting = Promise.withResolvers<void>();
    world.connecting = () => connecting.promise;
    const { sync, started, slices } = world.member('a');
    await sync.stop();
    connecting.resolve();
    await world.pass(1);
    await started;
    slices.signals.ring();
    await world.pass(10_000);
    expect(world.calls).toEqual([]);
    expect(world.closed).toBe(1);
    expect(world.healths).toEqual([]);
  });

  it('stays alone when an answer comes after it stopped', async () => {
    const world = new World();
    const { sync, slices } = world.member('a');
    const answer = Promise.withResolvers<void>();
    world.before = () => answer.promise;
    await world.pass(50);
    expect(world.calls).toEqual(['beat']);
    await sync.stop();
    answer.resolve();
    await world.pass(10_000);
    expect(slices.signals.isAlone).toBe(true);
    expect(sync.health().state).toBe('connecting');
    expect(world.lines).toEqual([]);
  });
});

function reportedKeys({ reports }: World): ReadonlySet<string> {
  return new Set(reports.map(({ key }) => key));
}
