/**
 * Errors of calls in programs of their own: with the `openai` package in either of its builds, and without it. What a
 * program catches has to be what its own `openai` exports.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const library = path.join(root, 'src/index.ts');
const openai = path.join(root, 'node_modules/openai/index');
const call = `{ model: 'simulated/error-429+fast', messages: [{ role: 'user', content: 'Hi' }], numRetries: 0 }`;
const brokenStream = `{ model: 'simulated/cut-3+fast', messages: [{ role: 'user', content: 'Hi' }], stream: true }`;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fast-litellm-errors-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(name: string, program: string): Promise<unknown> {
  const file = path.join(folder, name);
  writeFileSync(file, program);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

it('a program of ES modules catches its own classes, of streams too', async () => {
  const program = `
    import OpenAI from ${JSON.stringify(pathToFileURL(`${openai}.mjs`).href)};
    import { completion, RateLimitError } from ${JSON.stringify(pathToFileURL(library).href)};
    const error = await completion(${call}).catch((caught) => caught);
    let broken = null;
    try { for await (const _ of await completion(${brokenStream})); } catch (caught) { broken = caught; }
    console.log(JSON.stringify([
      error instanceof OpenAI.RateLimitError, error instanceof OpenAI.AuthenticationError,
      error instanceof RateLimitError, broken instanceof OpenAI.APIError,
    ]));`;
  expect(await run('main.mjs', program)).toEqual([true, false, true, true]);
});

it('a program of CommonJS modules catches its own classes', async () => {
  const program = `
    const OpenAI = require(${JSON.stringify(`${openai}.js`)});
    const { completion } = require(${JSON.stringify(library)});
    completion(${call}).catch((error) => {
      console.log(JSON.stringify([error instanceof OpenAI.RateLimitError, error instanceof OpenAI.NotFoundError]));
    });`;
  expect(await run('main.cjs', program)).toEqual([true, false]);
});

it('only the file of the classes is loaded, and not before the first error', async () => {
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    const { completion } = await import(${JSON.stringify(pathToFileURL(library).href)});
    const ofOpenai = () => loaded.filter((url) => url.includes('/node_modules/openai/')).length;
    await completion({ ...${call}, model: 'simulated/fast' });
    const before = ofOpenai();
    await completion(${call}).catch(() => undefined);
    console.log(JSON.stringify([before, ofOpenai() > 0 && ofOpenai() < 10]));`;
  expect(await run('loads.mjs', program)).toEqual([0, true]);
});

it('without the package nothing breaks', async () => {
  const program = `
    import { registerHooks } from 'node:module';
    registerHooks({ resolve(specifier, context, next) {
      if (specifier.startsWith('openai')) throw Object.assign(new Error('not there'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(specifier, context);
    } });
    const { completion, GatewayError } = await import(${JSON.stringify(pathToFileURL(library).href)});
    const error = await completion(${call}).catch((caught) => caught);
    console.log(JSON.stringify([error.name, error instanceof GatewayError, Object.getPrototypeOf(Object.getPrototypeOf(error)) === Error.prototype]));`;
  expect(await run('without.mjs', program)).toEqual(['RateLimitError', true, true]);
});

it('a call that hears nothing holds the process until its time limit, and no longer', async () => {
  const program = `
    import { completion } from ${JSON.stringify(pathToFileURL(library).href)};
    const messages = [{ role: 'user', content: 'Hi' }];
    const call = { model: 'simulated/fast+stall-3', messages, numRetries: 0, timeout: 0.3 };
    const names = [];
    for (const stream of [false, true]) {
      try {
        const answer = await completion({ ...call, stream, streamTimeout: 0.3 });
        for await (const _ of answer);
      } catch (error) {
        names.push(error.name);
      }
    }
    console.log(JSON.stringify(names));`;
  expect(await run('stall.mjs', program)).toEqual(['Timeout', 'APIConnectionError']);
});

it('a call that reaches nobody tells by its cause whom, and why', async () => {
  const program = `
    import { completion } from ${JSON.stringify(pathToFileURL(library).href)};
    const call = { messages: [{ role: 'user', content: 'Hi' }], numRetries: 0, apiBase: 'http://127.0.0.1:1/v1' };
    const error = await completion({ ...call, model: 'openai/x', apiKey: 'sk-canary' }).catch((caught) => caught);
    const unsent = await completion({ ...call, model: 'openai/x', apiKey: 'sk-canary\\n' }).catch((caught) => caught);
    console.log(JSON.stringify([error.message, error.cause.message, unsent.name, String(unsent.stack + unsent.cause)]));`;
  const [message, cause, name, text] = (await run('nobody.mjs', program)) as string[];
  expect(message).toContain('Connection error.');
  expect(cause).toBe('http://127.0.0.1:1: no connection (ECONNREFUSED)');
  expect(name).toBe('AuthenticationError');
  expect(text).not.toContain('canary');
});
