/** `--fallback spawn`: LiteLLM as a process of the gateway's own, from its start to its end. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { isRunning, LitellmProgram } from '../support/litellm-program.ts';

const CONFIG = `model_list:
  - model_name: native
    litellm_params: { model: openai/x, mock_response: from the gateway }
general_settings: { master_key: sk-1234 }
`;
const KEY = { authorization: 'Bearer sk-1234' };

interface Told {
  readonly pid: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly config: string;
}

let program: LitellmProgram;
const running: GatewayProcess[] = [];

beforeEach(() => {
  program = new LitellmProgram();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
  program.remove();
});

async function start(args: readonly string[] = [], environment = program.environment): Promise<GatewayProcess> {
  const gateway = await GatewayProcess.start(CONFIG, { args: ['--fallback', 'spawn', ...args], environment });
  running.push(gateway);
  return gateway;
}

async function ask(gateway: GatewayProcess, path = '/key/info'): Promise<Told> {
  return (await (await fetch(gateway.url + path, { headers: KEY })).json()) as Told;
}

const answers = (gateway: GatewayProcess, times = 1): Promise<void> =>
  gateway.until(() => gateway.stderr.split('LiteLLM answers.').length > times);

describe('LiteLLM as the gateway runs it', () => {
  it('has the same file, a port of its own on the loopback address, and nothing of how the gateway serves', async () => {
    const gateway = await start([], { ...program.environment, NUM_WORKERS: '2', HOST: '0.0.0.0', OPENAI_API_KEY: 'k' });
    await answers(gateway);
    const told = await ask(gateway);
    expect(told.args).toEqual([
      '--config',
      gateway.configFile,
      '--host',
      '127.0.0.1',
      '--port',
      expect.stringMatching(/^\d+$/),
    ]);
    expect(told.config).toBe(CONFIG);
    expect(told.env).toMatchObject({ OPENAI_API_KEY: 'k' });
    for (const name of ['NUM_WORKERS', 'HOST', 'PORT']) expect(told.env[name]).toBeUndefined();
    // It may see by which name the client came, since nothing stands between.
    expect(told.headers['host']).toBe(new URL(gateway.url).host);
  });

  it('is no reason to wait: what is native is served at once, the rest says that it starts', async () => {
    const gateway = await start();
    expect((await chat(gateway.url, { model: 'native' })).text).toBe('from the gateway');
    const early = await fetch(`${gateway.url}/key/info`, { headers: KEY });
    expect([early.status, await early.text()]).toEqual([503, expect.stringContaining('has not answered yet')]);
    await answers(gateway);
    expect((await ask(gateway)).pid).toBeGreaterThan(0);
  });

  it('is started again when it dies, and native routes do not notice', async () => {
    const gateway = await start();
    await answers(gateway);
    const { pid } = await ask(gateway);
    await fetch(`${gateway.url}/crash`, { headers: KEY });
    expect((await chat(gateway.url, { model: 'native' })).text).toBe('from the gateway');
    await gateway.until(() => gateway.stderr.includes('it ended with the code 7'));
    await answers(gateway, 2);
    expect((await ask(gateway)).pid).not.toBe(pid);
    const ready: unknown = await (await fetch(`${gateway.url}/health/readiness`)).json();
    expect(ready).toMatchObject({ status: 'healthy', fallback: { kind: 'spawn', status: 'up' } });
  });

  it('is stopped with the gateway, also by Ctrl-C', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const gateway = await start();
      await answers(gateway);
      const { pid } = await ask(gateway);
      gateway.signal(signal);
      await gateway.exited;
      expect([program.log.at(-1), isRunning(pid)]).toEqual([`end ${pid}`, false]);
    }
  });

  it('is replaced with the configuration, and only by one that starts', async () => {
    const gateway = await start();
    await answers(gateway);
    const { pid } = await ask(gateway);
    gateway.writeConfig(`${CONFIG}# refuse_to_start\n`);
    gateway.signal('SIGHUP');
    await gateway.until(() => gateway.stderr.includes('did not start with the new configuration'));
    expect((await ask(gateway)).pid).toBe(pid);
    gateway.writeConfig(`${CONFIG}# second\n`);
    gateway.signal('SIGHUP');
    await gateway.until(() => gateway.stderr.includes('started again with the new configuration'));
    const told = await ask(gateway);
    expect([told.pid === pid, told.config]).toEqual([false, `${CONFIG}# second\n`]);
  });

  it('is known to all threads', async () => {
    const gateway = await start(['--num_workers', '2']);
    await answers(gateway);
    const pids = await Promise.all(Array.from({ length: 8 }, async () => (await ask(gateway)).pid));
    expect(new Set(pids).size).toBe(1);
    await fetch(`${gateway.url}/crash`, { headers: KEY });
    await answers(gateway, 2);
    const later = await Promise.all(Array.from({ length: 8 }, async () => (await ask(gateway)).pid));
    expect([new Set(later).size, later.includes(pids[0] ?? 0)]).toEqual([1, false]);
  });
});

describe('the option', () => {
  it('says when the program is missing', async () => {
    const started = GatewayProcess.start(CONFIG, {
      args: ['--fallback', 'spawn'],
      environment: { PATH: '/nonexistent' },
    });
    await expect(started).rejects.toThrow(/program litellm, which is not on the PATH.*pip install/);
  });
});
