import { describe, expect, it } from 'vitest';
import { deployment, snapshotWith } from '../../../test/support/snapshot.ts';
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import type { RunningGateway, StartGatewayOptions } from '../start-gateway.ts';
import type { FromWorker, ToWorker } from './contract.ts';
import { allocateCountingMemory, type Configuration } from './counting-memory.ts';
import { serveLane } from './serve-lane.ts';
import { ThreadBoard } from './thread-board.ts';

const SNAPSHOT = snapshotWith({ deployments: [deployment('a', 'a', { model: 'simulated/fast' })] });
const SETTINGS = { host: '127.0.0.1', drainTimeoutMs: 1000, logLevel: 'info', keepAliveTimeoutMs: 5 };

function configurationOf(snapshot: ConfigSnapshot): Configuration {
  return { snapshot, memory: allocateCountingMemory(snapshot, 2, {}) };
}

interface Rig {
  readonly posted: FromWorker[];
  readonly tell: (message: ToWorker) => void;
  readonly started: StartGatewayOptions[];
  readonly stops: string[];
  readonly exits: number[];
  readonly board: ThreadBoard;
}

function rig(gateway: Partial<RunningGateway> & { readonly fails?: Error } = {}): Rig {
  const posted: FromWorker[] = [];
  const started: StartGatewayOptions[] = [];
  const stops: string[] = [];
  const exits: number[] = [];
  const memory = ThreadBoard.allocate(2);
  let tell: (message: ToWorker) => void = () => undefined;
  serveLane({
    start: {
      lane: 1,
      settings: SETTINGS,
      configuration: structuredClone(configurationOf(SNAPSHOT)),
      board: memory,
      fallback: null,
      orders: [],
    },
    post: (message) => posted.push(structuredClone(message)),
    listen: (onMessage) => (tell = (message) => onMessage(structuredClone(message))),
    async startGateway(options) {
      started.push(options);
      if (gateway.fails !== undefined) throw gateway.fails;
      const stop = async (reason: string): Promise<void> => void stops.push(reason);
      return { url: '', port: 4711, stop, ...gateway };
    },
    exit: (code) => exits.push(code),
  });
  return { posted, tell: (message) => tell(message), started, stops, exits, board: new ThreadBoard(memory) };
}

const LISTEN: ToWorker = { kind: 'listen', target: { port: 0, reusePort: true } };

describe('a worker', () => {
  it('listens when it is told to, with its lane, its memory and the settings', async () => {
    const { posted, tell, started, board } = rig();
    expect(posted).toEqual([{ kind: 'loaded' }]);
    expect(started).toEqual([]);
    tell(LISTEN);
    await expect.poll(() => posted.at(-1)).toEqual({ kind: 'listening', port: 4711 });
    const expected = { host: '127.0.0.1', port: 0, lane: 1, drainTimeoutMs: 1000, keepAliveTimeoutMs: 5 };
    expect(started).toMatchObject([{ ...expected, sharing: { reusePort: true } }]);
    started[0]?.openRequests?.report(3);
    board.report(0, 4);
    expect(started[0]?.openRequests?.total()).toBe(7);
  });

  it('gets the configuration as it was, null prototypes included', () => {
    const { started, tell } = rig();
    tell(LISTEN);
    const current = started[0]?.configurations.current();
    expect(Object.getPrototypeOf(current?.snapshot.deployments[0]?.params)).toBeNull();
    expect(Object.isFrozen(current?.snapshot)).toBe(true);
  });

  it('sends its log records, with its number, and no field that is a secret by its name', () => {
    const { posted, started, tell } = rig();
    tell(LISTEN);
    started[0]?.log.info({ api_key: 'canary' }, 'hello');
    started[0]?.log.debug('not at this level');
    const records = posted.flatMap((message) => (message.kind === 'record' ? [message.line] : []));
    expect(records.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ msg: 'hello', worker: 2 }]);
    expect(records.join('')).not.toContain('canary');
  });

  it('says why it does not listen', async () => {
    const taken = Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
    const { posted, tell } = rig({ fails: taken });
    tell(LISTEN);
    await expect.poll(() => posted.at(-1)).toMatchObject({ kind: 'failed', failure: { code: 'EADDRINUSE' } });
  });

  it('takes a new configuration, also before it listens, and says when it serves it', () => {
    const { posted, tell, started } = rig();
    tell({ kind: 'configure', configuration: configurationOf({ ...SNAPSHOT, version: 2 }) });
    expect(posted.at(-1)).toEqual({ kind: 'configured', version: 2, failure: null });
    tell(LISTEN);
    const versions: number[] = [started[0]?.configurations.current().snapshot.version ?? 0];
    started[0]?.configurations.subscribe(({ snapshot }) => versions.push(snapshot.version));
    tell({ kind: 'configure', configuration: configurationOf({ ...SNAPSHOT, version: 3 }) });
    expect(versions).toEqual([2, 3]);
  });

  it('says that it could not take a configuration, and lives on', () => {
    const { posted, tell, started } = rig();
    tell(LISTEN);
    started[0]?.configurations.subscribe(() => {
      throw new RangeError('too many');
    });
    tell({ kind: 'configure', configuration: configurationOf({ ...SNAPSHOT, version: 2 }) });
    expect(posted.at(-1)).toMatchObject({ kind: 'configured', version: 2, failure: { message: 'too many' } });
  });

  it('drains, then ends itself', async () => {
    const { posted, tell, stops, exits } = rig();
    tell(LISTEN);
    await expect.poll(() => posted.at(-1)?.kind).toBe('listening');
    tell({ kind: 'drain', reason: 'SIGTERM' });
    await expect.poll(() => exits).toEqual([0]);
    expect(stops).toEqual(['SIGTERM']);
  });

  it('ends with another code, and says why, when it cannot drain', async () => {
    const { posted, tell, exits } = rig({ stop: () => Promise.reject(new Error('stuck')) });
    tell(LISTEN);
    await expect.poll(() => posted.at(-1)?.kind).toBe('listening');
    tell({ kind: 'drain', reason: 'SIGTERM' });
    await expect.poll(() => exits).toEqual([1]);
    const last = posted.at(-1);
    expect(last?.kind === 'record' && last.line).toContain('stuck');
  });
});
