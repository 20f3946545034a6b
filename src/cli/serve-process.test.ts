/** The whole program as a process: starts, answers, follows its file, and leaves on a signal without a trace of a secret. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = path.join(import.meta.dirname, 'main.ts');
const POLL = { timeout: 15_000 };

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly url: () => string;
}

let folder = '';
const children: ChildProcess[] = [];

function start(args: readonly string[], environment: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [MAIN, '--port', '0', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  const collect = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  return { child, output: () => output, url: () => /https?:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? '' };
}

async function chat(url: string, model: string, key?: string): Promise<Response> {
  return await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }], stream: true }),
  });
}

function fileWith(model: string): string {
  return (
    `model_list: [{model_name: ${model}, litellm_params: {model: simulated/fast+gap-20ms, api_key: canary-provider-key}}]\n` +
    'general_settings: {master_key: sk-canary-master}\n'
  );
}

describe('the process', () => {
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fast-litellm-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('serves without a file or a key, by the curl line that it prints', async () => {
    const { child, output, url } = start([]);
    await expect.poll(output, POLL).toContain('curl ');
    const body = /-d '([^']+)'/.exec(output())?.[1];
    const reply = await fetch(`${url()}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body ?? '',
    });
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain('This is a simulated answer');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('finishes what runs after SIGTERM, follows its file, and prints no secret', async () => {
    const file = path.join(folder, 'config.yaml');
    await writeFile(file, fileWith('first'));
    const { child, output, url } = start(['--config', file, '--watch', '--debug', '--drain-timeout', '10']);
    await expect.poll(url, POLL).not.toBe('');
    expect((await chat(url(), 'first', 'sk-wrong')).status).toBeGreaterThanOrEqual(400);

    await writeFile(file, 'model_list: [\n');
    await expect.poll(output, POLL).toContain('The new configuration is refused; the old one stays.');
    await writeFile(file, fileWith('second'));
    await expect.poll(output, POLL).toContain('The configuration was loaded again (version 2).');

    const running = await chat(url(), 'second', 'sk-canary-master');
    expect(running.status).toBe(200);
    child.kill('SIGTERM');
    expect(await running.text()).toContain('data: [DONE]');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(output()).not.toMatch(/canary/);
  });

  it('ends with one line and code 1 when the file is wrong', async () => {
    const file = path.join(folder, 'config.yaml');
    await writeFile(file, 'model_list: 7\n');
    const { child, output } = start(['--config', file]);
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(output()).toMatch(/^fast-litellm: .*config\.yaml:1: model_list: .*\n$/);
  });
});
