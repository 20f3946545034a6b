import { EventEmitter } from 'node:events';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../config/check.ts';
import { ConfigStore } from '../config/config-store.ts';
import type { ServingOptions } from '../gateway/threads/start-serving.ts';
import type { Modules, ProcessPort } from './ports.ts';
import { runCommand } from './run-command.ts';

const KEYED = 'model_list: []\ngeneral_settings: {master_key: sk-canary-0000}\n';

interface Rig {
  readonly port: ProcessPort;
  readonly signals: EventEmitter;
  readonly started: ServingOptions[];
  readonly stopped: string[];
  readonly exits: number[];
  readonly out: () => string;
  readonly err: () => string;
  readonly setFile: (text: string) => void;
}

interface RigOptions {
  readonly file?: string;
  readonly environment?: Record<string, string>;
  readonly startServing?: Modules['startServing'];
}

function rig(options: RigOptions = {}): Rig {
  let out = '';
  let err = '';
  let file = options.file ?? KEYED;
  const started: ServingOptions[] = [];
  const stopped: string[] = [];
  const exits: number[] = [];
  const signals = new EventEmitter();
  const environment = new Map(Object.entries(options.environment ?? {}));
  const modules: Modules = {
    openConfig: ({ path, document }) =>
      ConfigStore.open({
        path,
        document,
        env: environment,
        readFile: (name) => (name.endsWith('gone.yaml') ? undefined : file),
      }),
    checkConfig: (path) => checkConfig(path, environment, { text: file }),
    providerKeys: () => [{ name: 'groq', keyVariables: ['GROQ_API_KEY'], native: true }],
    startServing:
      options.startServing ??
      (async (asked) => {
        started.push(asked);
        return {
          url: `http://${asked.host}:${asked.port}`,
          port: asked.port,
          stop: async (reason) => void stopped.push(reason),
          workers: asked.workers,
          inForce: async () => undefined,
        };
      }),
  };
  const port: ProcessPort = {
    environment,
    version: '9.9.9',
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    signals,
    exit: (code) => void exits.push(code),
    uptimeMs: () => 50,
    loadModules: async () => modules,
  };
  return { port, signals, started, stopped, exits, out: () => out, err: () => err, setFile: (text) => (file = text) };
}

describe('serving', () => {
  it('starts with a file and its flags', async () => {
    const { port, started, out } = rig();
    const args = ['--config', 'c.yaml', '--port', '4100', '--drain-timeout', '1.5', '--keepalive_timeout', '7'];
    expect(await runCommand(args, port)).toBeNull();
    expect(started).toMatchObject([{ host: '0.0.0.0', port: 4100, drainTimeoutMs: 1500, keepAliveTimeoutMs: 7000 }]);
    expect(out()).toContain('listens on http://127.0.0.1:4100 (c.yaml,');
    expect(out()).not.toContain('canary');
  });

  it('serves with the threads that --num_workers asks for, one by default', async () => {
    const one = rig();
    await runCommand(['--config', 'c.yaml', '--port', '4106'], one.port);
    const three = rig({ environment: { NUM_WORKERS: '3' } });
    await runCommand(['--config', 'c.yaml', '--port', '4107'], three.port);
    const all = rig();
    await runCommand(['--config', 'c.yaml', '--port', '4108', '--num_workers', 'auto'], all.port);
    const asked = [one, three, all].map(({ started }) => started[0]?.workers);
    expect(asked).toEqual([1, 3, availableParallelism()]);
    expect(one.out()).not.toContain('workers');
    expect(three.out()).toContain('(c.yaml, 3 workers, ready in');
  });

  it('says that a new configuration is in force only when every thread serves it', async () => {
    const inForce = Promise.withResolvers<undefined>();
    const asked: number[] = [];
    const { port, signals, setFile, err } = rig({
      startServing: async ({ host, port: number }) => ({
        url: `http://${host}:${number}`,
        port: number,
        workers: 2,
        stop: async () => undefined,
        async inForce(version) {
          asked.push(version);
          await inForce.promise;
        },
      }),
    });
    await runCommand(['--config', 'c.yaml', '--port', '4109'], port);
    setFile(`${KEYED}router_settings: {}\n`);
    signals.emit('SIGHUP');
    await expect.poll(() => asked).toEqual([2]);
    expect(err()).not.toContain('loaded again');
    inForce.resolve(undefined);
    await expect.poll(err).toContain('The configuration was loaded again (version 2).');
  });

  it('stays on the loopback address without a master key and a file', async () => {
    const { port, started, out } = rig({ environment: { GROQ_API_KEY: 'x' } });
    await runCommand(['--port', '4101'], port);
    expect(started[0]?.host).toBe('127.0.0.1');
    expect(started[0]?.snapshots.current().deployments.map(({ modelName }) => modelName)).toContain('groq/*');
    expect(out()).toContain('only this machine can connect');
  });

  it('writes one JSON line and nothing else with --json-logs', async () => {
    const { port, out, err } = rig();
    await runCommand(['--config', 'c.yaml', '--port', '4102', '--json-logs'], port);
    const lines = out().trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['listening']);
    expect(err()).toBe('');
  });

  it('reads the config without starting for --skip_server_startup', async () => {
    const { port, started } = rig();
    expect(await runCommand(['--config', 'c.yaml', '--skip_server_startup'], port)).toBe(0);
    expect(started).toEqual([]);
  });

  it('drains on SIGTERM and exits 0', async () => {
    const { port, signals, stopped, exits } = rig();
    await runCommand(['--config', 'c.yaml', '--port', '4103'], port);
    signals.emit('SIGTERM');
    await expect.poll(() => exits).toEqual([0]);
    expect(stopped).toEqual(['SIGTERM']);
  });

  it('loads the file again on SIGHUP, keeps the old one when the new one is broken, and learns new secrets', async () => {
    const { port, signals, started, setFile, err } = rig();
    await runCommand(['--config', 'c.yaml', '--port', '4104'], port);
    const source = started[0]?.snapshots;
    setFile('model_list: [\n');
    signals.emit('SIGHUP');
    await expect.poll(err).toContain('The new configuration is refused; the old one stays. c.yaml');
    expect(source?.current().version).toBe(1);
    setFile('general_settings: {master_key: other-canary-key}\n');
    signals.emit('SIGHUP');
    await expect.poll(() => source?.current().version).toBe(2);
    started[0]?.log.warn('leaked other-canary-key');
    expect(err()).toContain('leaked [secret]');
  });
});

describe('exit codes', () => {
  it('0 and the text for help and version', async () => {
    const { port, out, err } = rig();
    expect(await runCommand(['--version'], port)).toBe(0);
    expect(await runCommand(['--help'], port)).toBe(0);
    expect(out()).toMatch(/^fast-litellm 9\.9\.9\nUsage: /);
    expect(err()).toBe('');
  });

  it('2 and one line for wrong usage', async () => {
    const { port, err } = rig();
    expect(await runCommand(['--port', 'x'], port)).toBe(2);
    expect(err()).toBe('fast-litellm: The option --port needs a whole number, not "x".\n');
  });

  it.each([
    [['--config', 'gone.yaml'], KEYED, /^fast-litellm: gone\.yaml: the config file does not exist\. Correct .*\n$/],
    [['--config', 'c.yaml'], 'model_list: 7\n', /^fast-litellm: c\.yaml:1: model_list: .*\n$/],
    [['--config', 'c.yaml', '--log-level', 'loud'], KEYED, /^fast-litellm: The option --log-level needs one of .*\n$/],
    [['--ssl_keyfile_path', 'k.pem'], KEYED, /^fast-litellm: TLS needs both .*\n$/],
    [
      ['--ssl_keyfile_path', '/no/k.pem', '--ssl_certfile_path', '/no/c.pem'],
      KEYED,
      /^fast-litellm: The file of --ssl_keyfile_path cannot be read: .*\n$/,
    ],
  ])('one line and no stack trace for %j', async (args, file, line) => {
    const { port, err } = rig({ file });
    const code = await runCommand(args, port);
    expect(code === 1 || code === 2).toBe(true);
    expect(err()).toMatch(line);
  });

  it('1 when the gateway does not start, without the secrets of the message', async () => {
    const startServing = async (): Promise<never> => {
      throw new TypeError('boom with sk-abcdefgh\n    at line');
    };
    const { port, err } = rig({ startServing });
    expect(await runCommand(['--config', 'c.yaml', '--port', '4105'], port)).toBe(1);
    expect(err()).toBe('fast-litellm: the start failed. TypeError: boom with [secret] at line\n');
  });
});

describe('check', () => {
  it('prints what is served; --strict makes the rest a failure', async () => {
    const file = `${KEYED}router_settings: {enable_pre_call_checks: true}\nunknown_section: {a: 1}\n`;
    const plain = rig({ file });
    expect(await runCommand(['check', 'c.yaml'], plain.port)).toBe(0);
    expect(plain.out()).toContain('unknown_section');
    expect(await runCommand(['check', 'c.yaml', '--strict'], rig({ file }).port)).toBe(1);
  });

  it('prints JSON', async () => {
    const { port, out } = rig();
    await runCommand(['check', 'c.yaml', '--json'], port);
    expect(JSON.parse(out())).toMatchObject({ path: 'c.yaml', ok: true, deployments: 0 });
  });

  it('names file and line of a broken file, exit code 1', async () => {
    const { port, err } = rig({ file: 'a: [\n' });
    expect(await runCommand(['check', 'c.yaml'], port)).toBe(1);
    expect(err()).toMatch(/^fast-litellm: c\.yaml:\d+: .*\n$/);
  });
});
