/** `--num_workers`: several threads on one port that count together, and that one may leave without the others noticing. */
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askChat, chat, looksComplete, replyOf, type ChatReply } from '../support/chat-client.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { answerWhole, beginStream, HEALTHY_TEXT, part, WORDS } from '../support/scripted-answers.ts';
import { ScriptedProvider, type ProviderCall } from '../support/scripted-provider.ts';
import type { WorkerCommand } from '../support/worker-preload.ts';

const PRELOAD = path.join(import.meta.dirname, '../support/worker-preload.ts');
const CANARY = 'sk-canary-0123456789';

let provider: ScriptedProvider;
const running: GatewayProcess[] = [];

beforeEach(async () => {
  provider = await ScriptedProvider.start();
  provider.on('*', answerWhole);
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
  await provider.close();
});

interface Workers {
  readonly count?: number;
  readonly args?: readonly string[];
  readonly nodeOptions?: string;
  /** Beneath `router_settings`. */
  readonly router?: string;
  /** Further parameters of each deployment. */
  readonly params?: string;
  /** Further entries of `general_settings`. */
  readonly general?: string;
}

function configOf(models: readonly string[], { router = '', params = '', general = '' }: Workers = {}): string {
  const entry = (model: string): string =>
    `  - model_name: ${model}\n    litellm_params: { model: openai/${model}, api_base: ${provider.apiBase}, api_key: ${CANARY}${params} }\n`;
  return (
    `model_list:\n${models.map((model) => entry(model)).join('')}` +
    `general_settings: { master_key: sk-1234${general} }\nrouter_settings: { ${router} }\n`
  );
}

/** So many calls at once, and a refusal for the next one. */
const FULL_AT = (limit: number): Pick<Workers, 'params' | 'router'> => ({
  params: `, max_parallel_requests: ${limit}`,
  router: 'num_retries: 0, wait_for_place: false',
});

const commandFile = (gateway: GatewayProcess): string => path.join(path.dirname(gateway.configFile), 'command.json');

/** A gateway with workers that the test can crash. */
async function start(models: readonly string[], workers: Workers = {}): Promise<GatewayProcess> {
  const gateway = await GatewayProcess.start(configOf(models, workers), {
    args: ['--num_workers', String(workers.count ?? 2), ...(workers.args ?? [])],
    environment: { NODE_OPTIONS: `--import ${PRELOAD} ${workers.nodeOptions ?? ''}` },
    inFolder: { WORKER_COMMAND_FILE: 'command.json' },
  });
  running.push(gateway);
  return gateway;
}

function command(gateway: GatewayProcess, what: WorkerCommand): void {
  writeFileSync(commandFile(gateway), JSON.stringify(what));
  gateway.signal('SIGUSR2');
}

function finish(call: ProviderCall): void {
  for (const word of WORDS.slice(10)) call.event(part(call.model, word));
  call.event(part(call.model, null, 'stop'));
  call.event('[DONE]');
  call.endChunks();
}

const workerOf = (reply: ChatReply): number => Number(reply.headers.get('x-worker'));

/** Streams that have begun, on connections of their own, so that they are spread over all workers. */
async function openStreams(gateway: GatewayProcess, model: string, count: number): Promise<Promise<ChatReply>[]> {
  provider.on(model, (call) => beginStream(call, 10));
  const begun = Array.from({ length: count }, () => askChat(gateway.url, { model, stream: true }));
  return (await Promise.all(begun)).map((response) => replyOf(response));
}

async function backlog(gateway: GatewayProcess): Promise<number> {
  const reply = await fetch(`${gateway.url}/health/backlog`, { headers: { authorization: 'Bearer sk-1234' } });
  return ((await reply.json()) as { readonly in_flight_requests: number }).in_flight_requests;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('several workers', () => {
  it('serve on one port, announced once, and know of each other’s requests', async () => {
    const gateway = await start(['slow'], { count: 3 });
    const streams = await openStreams(gateway, 'slow', 40);
    expect(await backlog(gateway)).toBe(41);
    for (const call of provider.callsFor('slow')) finish(call);
    const replies = await Promise.all(streams);
    expect(replies.filter((reply) => !looksComplete(reply) || reply.text !== HEALTHY_TEXT)).toEqual([]);
    expect(new Set(replies.map(workerOf))).toEqual(new Set([1, 2, 3]));
    expect(gateway.stdout.match(/listens on/g)).toHaveLength(1);
    expect(gateway.stdout).toContain(', 3 workers, ready in ');
    await expect.poll(() => backlog(gateway)).toBe(1);
  });

  it('take NUM_WORKERS, and one of them is no thread', async () => {
    const gateway = await GatewayProcess.start(configOf(['a']), { environment: { NUM_WORKERS: '1' } });
    running.push(gateway);
    expect(looksComplete(await chat(gateway.url, { model: 'a' }))).toBe(true);
    gateway.signal('SIGTERM');
    await gateway.exited;
    expect(gateway.stderr).not.toContain('worker=');
  });

  it('give a deployment no more than max_parallel_requests calls together', async () => {
    const gateway = await start(['slow'], { count: 3, ...FULL_AT(5) });
    const streams = await openStreams(gateway, 'slow', 5);
    const refused = await Promise.all(Array.from({ length: 30 }, () => chat(gateway.url, { model: 'slow' })));
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]));
    expect(new Set(refused.map(workerOf))).toEqual(new Set([1, 2, 3]));
    expect(provider.callsFor('slow')).toHaveLength(5);
    for (const call of provider.callsFor('slow')) finish(call);
    expect((await Promise.all(streams)).filter(looksComplete)).toHaveLength(5);
  });

  it('give a call that waits the place that a call of another worker had', async () => {
    const gateway = await start(['slow'], { count: 3, params: ', max_parallel_requests: 1' });
    const [first] = await openStreams(gateway, 'slow', 1);
    let atOnce = 0;
    let most = 0;
    provider.on('slow', async (call) => {
      most = Math.max(most, ++atOnce);
      await call.pause(20);
      atOnce -= 1;
      answerWhole(call);
    });
    const waiting = Array.from({ length: 12 }, () => chat(gateway.url, { model: 'slow' }));
    await expect.poll(() => backlog(gateway)).toBe(14);
    for (const call of provider.callsFor('slow')) finish(call);
    const replies = await Promise.all([first as Promise<ChatReply>, ...waiting]);
    expect(replies.filter((reply) => !looksComplete(reply))).toEqual([]);
    expect([most, new Set(replies.map(workerOf)).size > 1]).toEqual([1, true]);
  });

  it('give a deployment no more requests a minute together than its limit', async () => {
    const gateway = await start(['limited'], {
      count: 3,
      params: ', rpm: 7',
      router: 'num_retries: 0, optional_pre_call_checks: [enforce_model_rate_limits]',
    });
    const replies = await Promise.all(Array.from({ length: 40 }, () => chat(gateway.url, { model: 'limited' })));
    expect(replies.filter(looksComplete)).toHaveLength(7);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(33);
    expect(new Set(replies.map(workerOf)).size).toBeGreaterThan(1);
  });

  it('leave a deployment alone that any of them has sent to rest', async () => {
    const gateway = await start(['bad', 'other'], {
      count: 3,
      router: 'num_retries: 0, allowed_fails: 0, cooldown_time: 60',
    });
    provider.on('bad', (call) => call.answer(500, '{"error":{"message":"down"}}'));
    await chat(gateway.url, { model: 'bad' });
    await gateway.until(() => gateway.stderr.includes('rests after failures'));
    const before = provider.callsFor('bad').length;
    const replies = await Promise.all(Array.from({ length: 30 }, () => chat(gateway.url, { model: 'bad' })));
    expect(new Set(replies.map(workerOf)).size).toBeGreaterThan(1);
    expect(provider.callsFor('bad')).toHaveLength(before);
  });
});

describe('a worker that crashes', () => {
  it.each(['throw', 'reject', 'exit'] as const)('by %s takes only its own requests, and is back soon', async (how) => {
    const gateway = await start(['slow', 'quick'], { count: 3 });
    const streams = await openStreams(gateway, 'slow', 30);
    command(gateway, { lane: 1, does: how, message: `a bug with ${CANARY} in it` });
    await gateway.until(() => gateway.stderr.includes('was replaced'));
    for (const call of provider.callsFor('slow')) finish(call);
    const replies = await Promise.all(streams);
    const lost = replies.filter((reply) => !looksComplete(reply));
    expect(new Set(lost.map(workerOf))).toEqual(new Set([2]));
    expect(new Set(replies.filter(looksComplete).map(workerOf))).toEqual(new Set([1, 3]));

    const missing = Number(/was replaced\..* missingMs=(\d+)/.exec(gateway.stderr)?.[1]);
    // A quarter of a second where nothing else runs (docs/decisions/0013-worker-threads.md).
    expect(missing).toBeLessThan(3_000);
    expect(gateway.stderr).toContain(how === 'exit' ? 'exitCode=7' : 'a bug with [secret] in it');
    expect(gateway.stderr + gateway.stdout).not.toContain(CANARY);
    await expect.poll(() => backlog(gateway)).toBe(1);
    const after = await Promise.all(Array.from({ length: 90 }, () => chat(gateway.url, { model: 'quick' })));
    expect(after.every(looksComplete)).toBe(true);
    expect(new Set(after.map(workerOf))).toEqual(new Set([1, 2, 3]));
  });

  it('by a full heap takes only its own requests', async () => {
    const gateway = await start(['slow', 'quick'], { nodeOptions: '--max-old-space-size=160' });
    const streams = await openStreams(gateway, 'slow', 20);
    command(gateway, { lane: 0, does: 'fill its memory' });
    await gateway.until(() => gateway.stderr.includes('was replaced'));
    for (const call of provider.callsFor('slow')) finish(call);
    const lost = (await Promise.all(streams)).filter((reply) => !looksComplete(reply));
    expect(new Set(lost.map(workerOf))).toEqual(new Set([1]));
    expect(gateway.stderr).toContain('memory limit');
    expect(looksComplete(await chat(gateway.url, { model: 'quick' }))).toBe(true);
  });

  it.each([
    ['a deployment', FULL_AT(24)],
    ['a key', { general: ', max_parallel_requests: 24', router: 'num_retries: 0' }],
  ])('leaves none of its calls counted against %s', async (_, limits) => {
    const limit = 24;
    const gateway = await start(['slow'], limits);
    const streams = await openStreams(gateway, 'slow', limit);
    expect((await chat(gateway.url, { model: 'slow' })).status).toBe(429);
    command(gateway, { lane: 1, does: 'exit' });
    await gateway.until(() => gateway.stderr.includes('was replaced'));
    const stillOpen = (): ProviderCall[] => provider.callsFor('slow').filter((call) => call.connectionOpen);
    await expect.poll(() => stillOpen().length).toBeLessThan(limit);

    const free = limit - stillOpen().length;
    const more = await openStreams(gateway, 'slow', free);
    expect((await chat(gateway.url, { model: 'slow' })).status).toBe(429);
    for (const call of stillOpen()) finish(call);
    expect((await Promise.all(more)).every(looksComplete)).toBe(true);
    expect((await Promise.all(streams)).filter(looksComplete)).toHaveLength(limit - free);
  });
});

describe('what code in a worker prints', () => {
  it('is a line of the log, without secrets', async () => {
    const gateway = await start(['a']);
    command(gateway, { lane: 1, does: 'print', message: `with ${CANARY}` });
    await gateway.until(() => gateway.stderr.includes('half a line, '));
    expect(gateway.stderr).toMatch(/ WARN half a line, with \[secret\] worker=2\n/);
    expect(gateway.stdout).not.toContain('half a line');
  });
});

describe('a reload with workers', () => {
  it('is in force in all of them when the log says so', async () => {
    const gateway = await start(['first'], { count: 3 });
    await chat(gateway.url, { model: 'first' });
    gateway.writeConfig(configOf(['second']));
    gateway.signal('SIGHUP');
    await gateway.until(() => gateway.stderr.includes('was loaded again (version 2)'));
    const ask = async (model: string): Promise<ChatReply[]> =>
      await Promise.all(Array.from({ length: 30 }, () => chat(gateway.url, { model })));
    const second = await ask('second');
    expect(new Set(second.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(second.map(workerOf)).size).toBe(3);
    expect(new Set((await ask('first')).map(({ status }) => status))).toEqual(new Set([400]));
    gateway.writeConfig('model_list: [ {');
    gateway.signal('SIGHUP');
    await gateway.until(() => gateway.stderr.includes('refused'));
    expect(looksComplete(await chat(gateway.url, { model: 'second' }))).toBe(true);
  });

  it('is not forgotten by the successor of a worker that crashes', async () => {
    const gateway = await start(['first']);
    gateway.writeConfig(configOf(['second']));
    gateway.signal('SIGHUP');
    await gateway.until(() => gateway.stderr.includes('was loaded again (version 2)'));
    command(gateway, { lane: 0, does: 'exit' });
    await gateway.until(() => gateway.stderr.includes('was replaced'));
    const replies = await Promise.all(Array.from({ length: 30 }, () => chat(gateway.url, { model: 'second' })));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(replies.map(workerOf))).toEqual(new Set([1, 2]));
  });
});

describe('the end with workers', () => {
  it('lets fifty streams end, refuses new connections, and exits with 0', async () => {
    const gateway = await start(['slow'], { count: 3 });
    const streams = await openStreams(gateway, 'slow', 50);
    gateway.signal('SIGTERM');
    await gateway.until(() => gateway.stderr.match(/draining/g)?.length === 3);
    await expect
      .poll(() =>
        fetch(gateway.url).then(
          () => 'answered',
          () => 'refused',
        ),
      )
      .toBe('refused');
    for (const call of provider.callsFor('slow')) finish(call);
    const replies = await Promise.all(streams);
    expect(replies.filter((reply) => reply.text !== HEALTHY_TEXT || !reply.done)).toEqual([]);
    expect(await gateway.exited).toEqual({ code: 0, signal: null });
  });

  it('cuts what is left when the drain time is over, and exits with 0', async () => {
    const gateway = await start(['slow'], { args: ['--drain-timeout', '0.3'] });
    const streams = await openStreams(gateway, 'slow', 4);
    gateway.signal('SIGTERM');
    expect((await Promise.all(streams)).some(looksComplete)).toBe(false);
    expect(await gateway.exited).toEqual({ code: 0, signal: null });
    expect(gateway.stderr).toContain('the drain time is over');
  });

  it('comes at once with a second SIGINT', async () => {
    const gateway = await start(['slow']);
    const streams = await openStreams(gateway, 'slow', 2);
    gateway.signal('SIGINT');
    await gateway.until(() => gateway.stderr.includes('draining'));
    gateway.signal('SIGINT');
    expect((await gateway.exited).code).toBe(130);
    expect((await Promise.all(streams)).some(looksComplete)).toBe(false);
  });
});

describe('a port that is taken', () => {
  it('is an error, although the gateway that has it shares it among its own threads', async () => {
    const port = String(await freePort());
    const first = await start(['a'], { args: ['--port', port] });
    const second = start(['a'], { args: ['--port', port] });
    await expect(second).rejects.toThrow(`Port ${port} on 0.0.0.0 is in use.`);
    expect(looksComplete(await chat(first.url, { model: 'a' }))).toBe(true);
  });
});
