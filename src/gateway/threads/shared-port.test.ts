import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type ListenOptions, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { claimToCopy, claimToReuse, portSharing } from './shared-port.ts';

const HOST = '127.0.0.1';
const servers: Server[] = [];

async function listen(options: ListenOptions): Promise<number> {
  const server = createServer((socket) => socket.end('hello'));
  servers.push(server);
  server.listen({ host: HOST, ...options });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function answerOf(port: number): Promise<string> {
  const socket = connect(port, HOST);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

// Where the system shares ports; Linux does.
describe.runIf(process.platform === 'linux')('a port that threads share', () => {
  it('is there on this system', async () => {
    expect(await portSharing()).toEqual({ claim: claimToReuse });
  });

  it('is refused when somebody has it, sharing or not', async () => {
    for (const reusePort of [false, true]) {
      const port = await listen({ port: 0, reusePort });
      await expect(claimToReuse(HOST, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    }
  });

  it('cannot be taken until it is let go, and then by several', async () => {
    const port = await listen({ port: 0 });
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const claimed = await claimToReuse(HOST, port);
    await expect(claimToReuse(HOST, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await claimed.release();
    for (let thread = 0; thread < 2; thread++) expect(await listen(claimed.target(port))).toBe(port);
    expect(await answerOf(port)).toBe('hello');
    claimed.close();
    expect(await answerOf(port)).toBe('hello');
  });

  it('is chosen by the first thread when any will do', async () => {
    const claimed = await claimToReuse(HOST, 0);
    await claimed.release();
    const port = await listen(claimed.target(0));
    expect(await listen(claimed.target(port))).toBe(port);
  });

  it('is let go when the start fails before', async () => {
    const port = await listen({ port: 0 });
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const claimed = await claimToReuse(HOST, port);
    await claimed.release();
    claimed.close();
    expect(await listen({ port })).toBe(port);
  });
});

describe('a listener whose descriptor threads share', () => {
  it('is refused when somebody has the port', async () => {
    const port = await listen({ port: 0 });
    await expect(claimToCopy(HOST, port, () => 0)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('is no way out where descriptors cannot be copied, and leaves the port free', async () => {
    const port = await listen({ port: 0 });
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const copy = (): number => {
      throw new Error('ENXIO');
    };
    await expect(claimToCopy(HOST, port, copy)).rejects.toThrow('ENXIO');
    expect(await listen({ port })).toBe(port);
  });

  it('is copied once to be kept, and once for each thread', async () => {
    const copied: number[] = [];
    const claimed = await claimToCopy(HOST, 0, (descriptor) => copied.push(descriptor) + 1_000_000);
    expect([claimed.target(4000), claimed.target(4000)]).toEqual([
      { port: 4000, fd: 1_000_002 },
      { port: 4000, fd: 1_000_003 },
    ]);
    expect(copied[0]).toBeGreaterThan(2);
    expect(copied.slice(1)).toEqual([1_000_001, 1_000_001]);
  });
});
