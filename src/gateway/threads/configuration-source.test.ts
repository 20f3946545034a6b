import { describe, expect, it } from 'vitest';
import { deployment, snapshotWith } from '../../../test/support/snapshot.ts';
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { CountedConfigurations, ReceivedConfigurations, type SnapshotSource } from './configuration-source.ts';
import type { Configuration } from './counting-memory.ts';

const FIRST = snapshotWith({ deployments: [deployment('a', 'a', { model: 'simulated/fast' })] });
const SECOND: ConfigSnapshot = { ...FIRST, version: 2 };

class Snapshots implements SnapshotSource {
  readonly listeners = new Set<(snapshot: ConfigSnapshot) => void>();
  now = FIRST;

  current(): ConfigSnapshot {
    return this.now;
  }

  subscribe(listener: (snapshot: ConfigSnapshot) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  reload(snapshot: ConfigSnapshot): void {
    this.now = snapshot;
    for (const listener of this.listeners) listener(snapshot);
  }
}

describe('configurations with their memory', () => {
  it('give all who ask the same memory, and each accepted snapshot once to each listener', () => {
    const snapshots = new Snapshots();
    const configurations = new CountedConfigurations(snapshots, 3);
    const heard: Configuration[][] = [[], []];
    const stops = heard.map((list) => configurations.subscribe((configuration) => list.push(configuration)));
    expect(configurations.current()).toBe(configurations.current());
    expect(configurations.current().memory.lanes).toBe(3);
    snapshots.reload(SECOND);
    expect(heard.map((list) => list.map(({ snapshot }) => snapshot.version))).toEqual([[2], [2]]);
    expect(heard[0]?.[0]).toBe(heard[1]?.[0]);
    expect(configurations.current()).toBe(heard[0]?.[0]);
    for (const stop of stops) stop();
    expect(snapshots.listeners.size).toBe(0);
  });

  it('do not miss a snapshot that was swapped while nobody listened', () => {
    const snapshots = new Snapshots();
    const configurations = new CountedConfigurations(snapshots, 1);
    snapshots.now = SECOND;
    expect(configurations.current().snapshot).toBe(SECOND);
  });

  it('ask for the memory of limits with the configuration before', () => {
    const snapshots = new Snapshots();
    const asked: [number, number | undefined][] = [];
    const kept = { callers: { buffers: {} } };
    const configurations = new CountedConfigurations(snapshots, 1, (snapshot, previous) => {
      asked.push([snapshot.version, previous?.snapshot.version]);
      return previous?.memory.limits ?? kept;
    });
    snapshots.reload(SECOND);
    expect(configurations.current().memory.limits).toBe(kept);
    expect(asked).toEqual([
      [1, undefined],
      [2, 1],
    ]);
  });
});

describe('configurations from another thread', () => {
  it('are in force before the listeners hear of them', () => {
    const first = new CountedConfigurations(new Snapshots(), 1).current();
    const configurations = new ReceivedConfigurations(first);
    const heard: boolean[] = [];
    const stop = configurations.subscribe((configuration) => heard.push(configurations.current() === configuration));
    configurations.receive({ ...first });
    stop();
    configurations.receive({ ...first });
    expect(heard).toEqual([true]);
  });
});
