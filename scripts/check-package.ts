/**
 * Checks the package as users get it: packs it, lints its manifest (publint), installs the tarball without
 * development dependencies into a temporary folder, and there, under every Node that we promise, starts the command and
 * imports each entry of the exports map. The exported names are compared with `test/package/exported-names.json`
 * (`--update` writes it), and importing the library door may load no gateway, store or optional module.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { z } from 'zod';

import { run } from './package/run.ts';
import { nodeOf } from './package/node-versions.ts';

const NODE_MAJORS = ['22', '24', '26'];
/** Compiled tests and benchmarks, and what only a checkout has. */
const NOT_SHIPPED = /\.(test|bench|contract)\.(js|d\.ts)$|^(src|test|scripts|bench|out)\//;

const manifestSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  exports: z.record(z.string(), z.unknown()),
  devDependencies: z.record(z.string(), z.string()),
});
const packedSchema = z.array(
  z.looseObject({ filename: z.string(), files: z.array(z.looseObject({ path: z.string() })) }),
);
const namesSchema = z.record(z.string(), z.array(z.string()));

class Tally {
  passed = 0;
  failed = 0;

  note(name: string, problems: readonly string[]): void {
    if (problems.length === 0) this.passed++;
    else this.failed++;
    process.stdout.write(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name}\n`);
    for (const problem of problems) process.stdout.write(`     ${problem}\n`);
  }
}

/** Files of the tarball that must not be there, and what must be there and is not. */
export function wrongFiles(files: readonly string[]): readonly string[] {
  const needed = ['package.json', 'README.md', 'LICENSE', 'dist/cli/main.js'];
  return [
    ...files.filter((file) => NOT_SHIPPED.test(file)).map((file) => `ships ${file}`),
    ...needed.filter((file) => !files.includes(file)).map((file) => `does not ship ${file}`),
  ];
}

/** What the library door may not load, among the URLs of the modules that it loaded. */
export function wrongModules(urls: readonly string[]): readonly string[] {
  if (!urls.some((url) => url.includes('/fast-litellm/dist/'))) return ['loaded nothing of the package'];
  const heavy =
    /\/fast-litellm\/dist\/(gateway|store|cli|register)\/|\/node_modules\/(pino|undici|commander|pg|redis|ws|jose|openai|@huggingface)\//;
  return urls.filter((url) => heavy.test(url)).map((url) => `loads ${url.replace(/^.*\/node_modules\//, '')}`);
}

async function main(root: string, update: boolean): Promise<number> {
  const tally = new Tally();
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
  const { messages, pkg } = await publint({ pkgDir: root, strict: true });
  tally.note(
    'publint',
    messages.map((message) => formatMessage(message, pkg) ?? message.code),
  );

  const folder = mkdtempSync(path.join(tmpdir(), 'fast-litellm-package-'));
  try {
    const packed = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root);
    const tarball = packedSchema.parse(JSON.parse(packed.stdout))[0];
    if (tarball === undefined) throw new Error(`npm pack: ${packed.stderr}`);
    tally.note('files', wrongFiles(tarball.files.map((file) => file.path)));
    const application = path.join(folder, 'application');
    mkdirSync(application);
    writeFileSync(path.join(application, 'package.json'), '{ "name": "application", "private": true }\n');
    const tar = path.join(folder, tarball.filename);
    const replaced = `js-tiktoken@${manifest.devDependencies['js-tiktoken'] ?? 'latest'}`;
    const installed = run('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', tar, replaced], application);
    tally.note('install', installed.status === 0 ? [] : [installed.stderr]);
    const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'));
    const expected = path.join(root, 'test/package/exported-names.json');
    for (const major of NODE_MAJORS) {
      const node = nodeOf(root, major);
      tally.note(`command under Node ${major}`, commandProblems(node, application, manifest.version));
      const names = Object.fromEntries(entries.map((entry) => [entry, load(node, application, entry).names]));
      if (update) writeFileSync(expected, `${JSON.stringify(names, null, 2)}\n`);
      tally.note(`exported names under Node ${major}`, nameProblems(expected, names));
      tally.note(`first calls under Node ${major}`, callProblems(node, application));
      for (const [way, problems] of registerProblems(node, application))
        tally.note(`${way} under Node ${major}`, problems);
      if (entries.includes('.')) {
        tally.note(`library door under Node ${major}`, wrongModules(load(node, application, '.').urls));
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
  return tally.failed > 0 ? 1 : 0;
}

function commandProblems(node: string, application: string, version: string): readonly string[] {
  const command = path.join(application, 'node_modules/fast-litellm/dist/cli/main.js');
  return ['--version', '--help'].flatMap((flag) => {
    const { status, stdout, stderr } = run(node, [command, flag], application);
    const wanted = flag === '--version' ? version : '--config';
    if (status !== 0 || !stdout.includes(wanted))
      return [`${flag}: status ${String(status)}, no "${wanted}"\n${stderr}`];
    return stderr === '' ? [] : [`${flag} writes to stderr: ${stderr}`];
  });
}

const loadedSchema = z.object({ names: z.array(z.string()), urls: z.array(z.string()) });

/** Imports an entry in a process of its own and tells its names and every module that was loaded for it. */
function load(node: string, application: string, entry: string): z.infer<typeof loadedSchema> {
  const specifier = path.posix.join('fast-litellm', entry);
  const probe = `
    import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
    const names = Object.keys(await import(${JSON.stringify(specifier)})).sort();
    process.stdout.write(JSON.stringify({ names, urls }));`;
  const file = path.join(application, 'probe.mjs');
  writeFileSync(file, probe);
  const { status, stdout, stderr } = run(node, [file], application);
  if (status !== 0) throw new Error(`import '${specifier}' fails: ${stderr}`);
  return loadedSchema.parse(JSON.parse(stdout));
}

/** The first calls of the documents: a function that an older Node lacks shows when it runs, not when it is imported. */
const FIRST_CALLS = `
  import { completion, completionCost, ConnectionPool, RateLimiter, tokenCounter } from 'fast-litellm';
  import { getEncoding } from 'fast-litellm/tokenizer';
  const messages = [{ role: 'user', content: 'Hello!' }];
  const answer = await completion({ model: 'simulated/fast', messages });
  const error = await completion({ model: 'simulated/error-401', messages }).catch((caught) => caught);
  const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 };
  process.stdout.write(JSON.stringify([
    getEncoding('o200k_base').encode('Hello world'),
    getEncoding('cl100k_base').encode('a<|endoftext|>', { allowedSpecial: 'all' }),
    tokenCounter({ model: 'gpt-4o', messages }),
    completionCost({ completionResponse: { model: 'gpt-4o', choices: [], usage } }),
    answer.choices[0].finish_reason,
    error.name,
    new RateLimiter({ requests: 1 }).take('me').remaining.requests,
    new ConnectionPool().stats().length,
  ]));`;
const FIRST_ANSWERS = JSON.stringify([[13_225, 2375], [64, 100_257], 9, 0.0035, 'stop', 'AuthenticationError', 0, 0]);

function callProblems(node: string, application: string): readonly string[] {
  const file = path.join(application, 'calls.mjs');
  writeFileSync(file, FIRST_CALLS);
  const { status, stdout, stderr } = run(node, [file], application);
  return status === 0 && stdout === FIRST_ANSWERS ? [] : [`want ${FIRST_ANSWERS}, got ${stdout}${stderr}`];
}

/** A program that knows nothing of the hook, and what it prints about itself. */
const HOOKED_PROGRAM = `
  const encoding = getEncoding('o200k_base');
  const ids = encoding.encode('Hello world');
  const { components, modules } = globalThis[Symbol.for('fast-litellm/register')]?.status() ?? { components: [], modules: [] };
  const tokenizer = components.find(({ name }) => name === 'tokenizer');
  process.stdout.write(JSON.stringify([ids, tokenizer?.applied, modules.map(({ state }) => state)]));`;
const HOOKED_ANSWER = JSON.stringify([[13_225, 2375], true, ['accelerated']]);
const FROM = "from 'js-tiktoken';";
const REQUIRED = "const { getEncoding } = require('js-tiktoken');";
const HOOK = 'fast-litellm/register';

/** The ways in which a program gets the hook: flags, file, source. */
const WAYS: readonly (readonly [way: string, flags: readonly string[], file: string, source: string])[] = [
  ['--import', ['--import', HOOK], 'hooked.mjs', `import { getEncoding } ${FROM}`],
  ['--require', ['--require', HOOK], 'hooked.cjs', REQUIRED],
  ['import first', [], 'hooked.mjs', `import '${HOOK}'; import { getEncoding } ${FROM}`],
  ['require first', [], 'hooked.cjs', `require('${HOOK}'); ${REQUIRED}`],
];

function registerProblems(node: string, application: string): readonly (readonly [string, readonly string[]])[] {
  return WAYS.map(([way, flags, name, source]) => {
    const file = path.join(application, name);
    writeFileSync(file, source + HOOKED_PROGRAM);
    const { status, stdout, stderr } = run(node, [...flags, file], application);
    const isGood = status === 0 && stdout === HOOKED_ANSWER && stderr === '';
    return [`register, ${way}`, isGood ? [] : [`want ${HOOKED_ANSWER}, got ${stdout}${stderr}`]];
  });
}

function nameProblems(expected: string, names: Readonly<Record<string, readonly string[]>>): readonly string[] {
  if (!existsSync(expected)) return [`${expected} is missing; npm run -s check:package -- --update`];
  const wanted = namesSchema.parse(JSON.parse(readFileSync(expected, 'utf8')));
  const [left, right] = [JSON.stringify(wanted), JSON.stringify(names)];
  return left === right ? [] : [`test/package/exported-names.json has ${left}`, `the package exports ${right}`];
}

if (import.meta.main) {
  process.exitCode = await main(path.dirname(import.meta.dirname), process.argv.includes('--update'));
}
