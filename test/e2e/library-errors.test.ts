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
