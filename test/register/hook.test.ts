/** The hook itself: what it does with packages it does not know, how it is set, and that nothing of it stays. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOOK_URL, RegisterSandbox } from '../support/register-sandbox.ts';

const PRINT_STATUS = `
  const { status } = await import('${HOOK_URL}');
  const { modules, components, installed } = status();
  const tokenizer = components.find(({ name }) => name === 'tokenizer');
  console.log(JSON.stringify({ modules, installed, tokenizer }));`;

let sandbox: RegisterSandbox;
beforeEach(async () => {
  sandbox = await RegisterSandbox.open('empty');
});
afterEach(() => sandbox.close());

async function writePackage(version: string, main: string): Promise<void> {
  const manifest = { name: 'js-tiktoken', version, main: 'dist/index.cjs' };
  await sandbox.write('node_modules/js-tiktoken/package.json', JSON.stringify(manifest));
  await sandbox.write('node_modules/js-tiktoken/dist/index.cjs', main);
}

const OWN_CLASS = 'exports.Tiktoken = class Tiktoken { encode() { return [1]; } decode() { return "one"; } };';

describe('packages', () => {
  it('that are not installed stay missing, with the same error', async () => {
    const source = `
      await import('js-tiktoken').catch(({ code, message }) => console.log(code, message));
      try { (await import('node:module')).createRequire(import.meta.url)('tiktoken') } catch ({ code }) { console.log(code) }`;
    const plain = await sandbox.run('app.mjs', source, { flags: [] });
    expect(plain.stdout).toMatch(/^ERR_MODULE_NOT_FOUND .+\nMODULE_NOT_FOUND\n$/);
    expect(await sandbox.run('app.mjs', source)).toEqual(plain);
  });

  it.each([
    ['9.9.9', OWN_CLASS, 'known are the versions 1.0.12 to below 1.1.0'],
    ['1.0.21', 'exports.Tiktoken = 5;', 'Tiktoken is no function'],
    ['1.0.21', 'exports.Tiktoken = class { encode() {} };', 'decode is no function'],
  ])('of version %s that export %s are left as they are, which is said once', async (version, main, why) => {
    await writePackage(version, main);
    const source = `
      import { createRequire } from 'node:module';
      const load = createRequire(import.meta.url);
      const { Tiktoken } = load('js-tiktoken');
      const before = Tiktoken.prototype?.encode?.toString();
      load('js-tiktoken');
      await import('js-tiktoken');
      if (before !== load('js-tiktoken').Tiktoken.prototype?.encode?.toString()) throw new Error('changed');
      ${PRINT_STATUS}`;
    const { stdout, stderr, code } = await sandbox.run('app.mjs', source);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      modules: [{ package: 'js-tiktoken', version, file: 'dist/index.cjs', state: 'kept', why }],
      tokenizer: { applied: false },
    });
    expect(stderr.match(/FAST_LITELLM_KEPT_ORIGINAL/g)).toHaveLength(1);
    expect(stderr).toContain(`js-tiktoken ${version} runs as it is: dist/index.cjs: ${why}.`);
  });

  it('that fail while they load fail in the program, with their own error, once', async () => {
    await writePackage('1.0.21', 'console.log("loading"); throw new RangeError("of its own");');
    const source = `try { require('js-tiktoken') } catch (error) { console.log(error.name, error.message) }`;
    const { stdout, stderr } = await sandbox.run('app.cjs', source);
    expect(stdout).toMatch(/RangeError of its own\n$/);
    expect(stderr).toBe('');
  });

  it('that are in a cycle are not looked at before they are whole', async () => {
    await writePackage('1.0.21', `exports.early = require('./other.cjs'); ${OWN_CLASS}`);
    await sandbox.write(
      'node_modules/js-tiktoken/dist/other.cjs',
      `module.exports = Object.keys(require('./index.cjs'));`,
    );
    const source = `console.log(JSON.stringify(require('js-tiktoken').early), new (require('js-tiktoken').Tiktoken)().encode('x'))`;
    const plain = await sandbox.run('app.cjs', source, { flags: [] });
    expect(await sandbox.run('app.cjs', source)).toEqual(plain);
  });

  it('are found where Node finds them', async () => {
    await writePackage('1.0.21', OWN_CLASS);
    const source = `console.log(require.resolve('js-tiktoken'), Object.keys(require.cache).length, module.children.length)`;
    const { stdout } = await sandbox.run('app.cjs', source);
    expect(stdout).toContain('node_modules/js-tiktoken/dist/index.cjs');
  });
});

describe('settings', () => {
  it('FAST_LITELLM=off hooks nothing', async () => {
    await writePackage('1.0.21', OWN_CLASS);
    const source = `import { createRequire } from 'node:module';
      createRequire(import.meta.url)('js-tiktoken');
      console.error(Symbol.for('fast-litellm/register') in globalThis, fetch.toString().includes('undici'));
      ${PRINT_STATUS}`;
    const { stdout } = await sandbox.run('app.mjs', source, { environment: { FAST_LITELLM: 'off' } });
    expect(JSON.parse(stdout)).toMatchObject({
      installed: false,
      modules: [],
      tokenizer: { state: 'off', why: 'everything is switched off by FAST_LITELLM' },
    });
  });

  it.each([
    ['FAST_LITELLM_TOKENIZER', 'shadow', 'shadow'],
    ['FAST_LITELLM_TOKENIZER', 'canary:10', 'canary:10'],
    ['FAST_LITELLM_TOKENIZER', 'gradual:1,10,50,100@10m', 'gradual:1,10,50,100@10m'],
    ['FAST_LITELLM_ACCELERATION', '{"tokenizer":{"mode":"canary:3"}}', 'canary:3'],
  ])('%s=%s holds', async (variable, value, configured) => {
    const { stdout } = await sandbox.run('app.mjs', PRINT_STATUS, { environment: { [variable]: value } });
    expect(JSON.parse(stdout)).toMatchObject({ tokenizer: { configured } });
  });

  it.each([
    ['FAST_LITELLM_TOKENIZER', 'sometimes'],
    ['FAST_LITELLM_ACCELERATION', '{tokenizer'],
    ['FAST_LITELLM', 'maybe'],
  ])('%s=%s leaves everything as it is, and says so once', async (variable, value) => {
    const { stdout, stderr, code } = await sandbox.run('app.mjs', PRINT_STATUS, { environment: { [variable]: value } });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ tokenizer: { state: 'off' } });
    expect(stderr.match(/FAST_LITELLM_BAD_SETTINGS/g)).toHaveLength(1);
    expect(stderr).toContain(variable);
  });

  it('that are misspelt are told when the first package is replaced, in one warning', async () => {
    await writePackage('1.0.21', OWN_CLASS);
    const environment = {
      FAST_LITELLM_TOKENISER: 'shadow',
      FAST_LITELLM_STATUSS: 'exit',
      FAST_LITELLM_PRICES: '/a/file',
      FAST_LITELLM_HTTP_SERVICE_PORT: '4000',
    };
    const idle = await sandbox.run('idle.cjs', '', { environment });
    expect(idle.stderr).toBe('');
    const { stderr } = await sandbox.run('app.cjs', `require('js-tiktoken')`, { environment });
    expect(stderr.match(/FastLitellmWarning/g)).toHaveLength(1);
    expect(stderr).toContain('FAST_LITELLM_TOKENISER means nothing; did you mean FAST_LITELLM_TOKENIZER?');
    expect(stderr).toContain('FAST_LITELLM_STATUSS means nothing; did you mean FAST_LITELLM_STATUS?');
  });

  it('FAST_LITELLM_STATUS=yes writes no status and says what would', async () => {
    const { stderr } = await sandbox.run('app.mjs', '', { environment: { FAST_LITELLM_STATUS: 'yes' } });
    expect(stderr).toMatch(/FastLitellmWarning: FAST_LITELLM_STATUS is neither exit nor json/);
  });

  it('can be changed at run time, and heard of', async () => {
    const source = `
      import { clearMode, configure, recommendations, setMode, status, subscribe } from '${HOOK_URL}';
      const heard = [];
      const stop = subscribe(({ type, component }) => heard.push(type + ' ' + component));
      const mode = () => { const { override, configured } = status().components[0]; return override ?? configured; };
      const seen = [mode()];
      setMode('tokenizer', 'canary:5'); seen.push(mode());
      clearMode('tokenizer'); seen.push(mode());
      configure({ tokenizer: { mode: 'shadow' } }); seen.push(mode());
      stop(); setMode('tokenizer', 'on');
      for (const bad of [['tokenizer', 'often'], ['nothing', 'on'], [], ['tokenizer', null]])
        try { setMode(...bad) } catch (error) { seen.push(error.name) }
      console.log(JSON.stringify({ seen, heard, advice: recommendations()[0].component }));`;
    const { stdout } = await sandbox.run('app.mjs', source, { flags: [] });
    expect(JSON.parse(stdout)).toEqual({
      seen: ['on', 'canary:5', 'on', 'shadow', 'RangeError', 'RangeError', 'TypeError', 'TypeError'],
      heard: ['mode_changed tokenizer', 'mode_changed tokenizer', 'mode_changed tokenizer'],
      advice: 'tokenizer',
    });
  });

  it('FAST_LITELLM_STATUS=exit prints the table at the end', async () => {
    const { stdout, stderr } = await sandbox.run('app.mjs', '', { environment: { FAST_LITELLM_STATUS: 'exit' } });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^component +mode .+\ntokenizer +on /);
  });
});

describe('installation', () => {
  it('is one, however often it is asked for', async () => {
    const source = `
      import { createRequire } from 'node:module';
      import { status } from '${HOOK_URL}';
      const other = createRequire(import.meta.url)('${new URL(HOOK_URL).pathname}');
      const again = await import('${HOOK_URL}?second-copy');
      console.log(other.status === status, JSON.stringify([status().installed, again.status().installed]));
      again.uninstall();
      console.log(status().installed);`;
    const { stdout } = await sandbox.run('app.mjs', source);
    expect(stdout).toBe('true [true,true]\nfalse\n');
  });

  it('reaches worker threads of a program that preloads it', async () => {
    const apps = await RegisterSandbox.open('apps');
    try {
      await apps.write(
        'worker.mjs',
        `import { getEncoding } from 'js-tiktoken';
         import { parentPort } from 'node:worker_threads';
         const ids = getEncoding('gpt2').encode('hello');
         const { status } = await import('${HOOK_URL}');
         parentPort.postMessage([ids, status().components[0].applied]);`,
      );
      const { stdout } = await apps.run(
        'app.mjs',
        `import { Worker } from 'node:worker_threads';
         new Worker(new URL('./worker.mjs', import.meta.url)).on('message', (seen) => console.log(JSON.stringify(seen)));`,
      );
      expect(JSON.parse(stdout)).toEqual([[31_373], true]);
    } finally {
      await apps.close();
    }
  });
});
