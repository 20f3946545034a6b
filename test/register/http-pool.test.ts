/** What the pool is for, whose calls it leaves alone, and what becomes of it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RegisterProvider } from '../support/register-provider.ts';
import { HOOK_URL, RegisterSandbox, type SandboxRun } from '../support/register-sandbox.ts';

let provider: RegisterProvider;
let sandbox: RegisterSandbox;
beforeAll(async () => {
  provider = await RegisterProvider.start();
});
afterAll(() => provider.close());
beforeEach(async () => {
  provider.reset();
  sandbox = await RegisterSandbox.open('apps');
});
afterEach(() => sandbox.close());

const POOL = `(await import('${HOOK_URL}')).status().components.find(({ name }) => name === 'http_pool')`;

function run(source: string, environment: Readonly<Record<string, string>> = {}, hooked = true): Promise<SandboxRun> {
  return sandbox.run('app.mjs', `const url = '${provider.url}/echo';\n${source}`, {
    ...(hooked ? {} : { flags: [] }),
    environment: { FAST_LITELLM_ORIGINS: '127.0.0.1', ...environment },
  });
}

describe('the pool', () => {
  // The platform closes an idle connection after 4 s; a real clock runs beneath `fetch`.
  const TWO_CALLS = `
    await (await fetch(url)).text();
    await new Promise((resolve) => setTimeout(resolve, 6000));
    await (await fetch(url)).text();`;

  it('keeps a connection that the platform would have closed', async () => {
    await run(TWO_CALLS, {}, false);
    expect(provider.connections).toBe(2);
    provider.reset();
    await run(TWO_CALLS);
    expect(provider.connections).toBe(1);
  });

  it('lets no call wait for another', async () => {
    const { stdout } = await run(`
      const hanging = fetch(url.replace('echo', 'hang'), { signal: AbortSignal.timeout(5000) }).catch(() => {});
      const many = await Promise.all(Array.from({ length: 50 }, () => fetch(url).then(({ status }) => status)));
      console.log(many.filter((status) => status === 200).length);
      process.exit();`);
    expect(stdout).toBe('50\n');
  });

  it('does not hold the process open', async () => {
    const started = performance.now();
    const { code } = await run(`await (await fetch(url)).text();`);
    expect([code, performance.now() - started < 20_000]).toEqual([0, true]);
  });

  it('lets go of the global at uninstall, and of those who kept it', async () => {
    const { stdout } = await run(`
      const { uninstall } = await import('${HOOK_URL}');
      const kept = fetch;
      await (await fetch(url)).text();
      uninstall();
      await (await kept(url)).text();
      await (await fetch(url)).text();
      console.log(fetch === kept, (${POOL}).counts.fastCalls);`);
    expect(stdout).toBe('false 1\n');
  });
});

describe('FAST_LITELLM_ORIGINS', () => {
  it('takes a host with its port, and says once which entries are no origins', async () => {
    const origins = `${new URL(provider.url).host},*,ht!tp://`;
    const source = `await fetch(url); await fetch(url); console.log((${POOL}).counts.fastCalls);`;
    const { stdout, stderr } = await run(source, { FAST_LITELLM_ORIGINS: origins });
    expect(stdout).toBe('2\n');
    expect(stderr.match(/FAST_LITELLM_BAD_ORIGINS/g)).toHaveLength(1);
    expect(stderr).toContain('no origin is "*", "ht!tp://"');
  });
});

describe('left alone are', () => {
  const fastCalls = (text: string): number => Number(text.trim().split('\n').at(-1));

  it.each([
    ['other origins', `await fetch(url);`, { FAST_LITELLM_ORIGINS: 'http://127.0.0.1:1' }],
    [
      'calls with a dispatcher',
      `const symbol = Symbol.for('undici.globalDispatcher.1');
       const { Agent } = await import('undici');
       await fetch(url, { dispatcher: new Agent() });`,
      {},
    ],
    [
      'programs with a global dispatcher of their own',
      `await fetch(url);
       const of = (n) => globalThis[Symbol.for('undici.globalDispatcher.' + n)];
       const own = of(2) ?? of(1);
       const before = (${POOL}).counts.fastCalls;
       if (before !== 1) throw new Error('not carried');
       const { setGlobalDispatcher, Agent } = await import('undici');
       setGlobalDispatcher(new Agent({ keepAliveTimeout: 10 }));
       await fetch(url);
       console.log((${POOL}).counts.fastCalls - before);
       process.exit();`,
      {},
    ],
  ])('%s', async (_what, source, environment) => {
    const { stdout, stderr, code } = await run(`${source}\nconsole.log((${POOL}).counts.fastCalls);`, environment);
    expect([fastCalls(stdout), stderr, code]).toEqual([0, '', 0]);
    expect(provider.seen.length).toBeGreaterThan(0);
  });

  it('programs behind a proxy of the environment', async () => {
    const proxied: string[] = [];
    const proxy = createServer((request, response) => {
      proxied.push(request.url ?? '');
      response.end('by proxy');
    });
    proxy.on('connect', (request, socket) => {
      proxied.push(request.url ?? '');
      socket.end('HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nby proxy');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { stdout } = await run(
      `const text = await fetch('http://llm.internal/v1').then((answer) => answer.text()).catch(() => 'by proxy');
       console.log(text);
       console.log((${POOL}).counts.fastCalls);
       process.exit();`,
      {
        FAST_LITELLM_ORIGINS: 'llm.internal',
        NODE_USE_ENV_PROXY: '1',
        HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      },
    );
    proxy.closeAllConnections();
    proxy.close();
    expect(stdout).toBe('by proxy\n0\n');
    expect(proxied.length).toBeGreaterThan(0);
  });

  it('programs with another fetch, which is said once', async () => {
    await sandbox.write('own-fetch.mjs', `globalThis.fetch = async () => new Response('own');`);
    const { stdout, stderr } = await sandbox.run('app.mjs', `console.log(await (await fetch('x')).text());`, {
      flags: ['--import', `${sandbox.folder}/own-fetch.mjs`, '--import', HOOK_URL],
    });
    expect(stdout).toBe('own\n');
    expect(stderr).toContain('The global fetch runs as it is: the global fetch is not the one of the platform.');
  });

  it('programs that replace fetch later: theirs stays', async () => {
    const { stdout } = await run(`
      const { uninstall } = await import('${HOOK_URL}');
      const ours = fetch;
      globalThis.fetch = (...args) => (console.log('theirs'), ours(...args));
      await fetch(url);
      uninstall();
      await fetch(url);`);
    expect(stdout).toBe('theirs\ntheirs\n');
  });
});
