import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { chooseAddress, type ListenAddress, refuseOpening, startOnPort, systemPorts } from './listen-address.ts';

const taken = (): Error => Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
const freeRandom = { isPortTaken: async () => false, random: () => 0.5 };

describe('chooseAddress', () => {
  it('listens everywhere with a master key, on the loopback address without one', () => {
    expect(chooseAddress(undefined, undefined, 'sk-1')).toEqual({
      host: '0.0.0.0',
      port: 4000,
      mayMove: true,
      restrictedToLoopback: false,
    });
    expect(chooseAddress(undefined, 81, null)).toEqual({
      host: '127.0.0.1',
      port: 81,
      mayMove: false,
      restrictedToLoopback: true,
    });
  });

  it('does what the user says', () => {
    expect(chooseAddress('10.0.0.1', 1, null)).toEqual({
      host: '10.0.0.1',
      port: 1,
      mayMove: false,
      restrictedToLoopback: false,
    });
  });
});

describe('refuseOpening', () => {
  it.each(['0.0.0.0', '::', '10.0.0.1', 'gateway.example'])('keeps a gateway on %s from losing its key', (host) => {
    const address = { host, port: 4000, mayMove: true, restrictedToLoopback: false };
    expect(() => refuseOpening(address, null)).toThrow(`this gateway listens on ${host}`);
    expect(() => refuseOpening(address, 'sk-1')).not.toThrow();
  });

  it.each(['127.0.0.1', '::1', 'localhost'])('lets one on %s do so', (host) => {
    expect(() => refuseOpening({ host, port: 4000, mayMove: true, restrictedToLoopback: false }, null)).not.toThrow();
  });
});

describe('startOnPort', () => {
  const at = (port: number, mayMove = port === 4000): ListenAddress => ({
    host: '127.0.0.1',
    port,
    mayMove,
    restrictedToLoopback: false,
  });

  it('stays with port 4000 where the user named it', async () => {
    const start = async (): Promise<never> => Promise.reject(taken());
    await expect(startOnPort(at(4000, false), start, freeRandom)).rejects.toThrow('Port 4000 on 127.0.0.1 is in use');
  });

  it('starts on the port that was asked for', async () => {
    expect(await startOnPort(at(8080), async (port) => port, freeRandom)).toBe(8080);
  });

  it('moves from port 4000 to a random one when somebody answers there', async () => {
    const asked: number[] = [];
    const start = async (port: number): Promise<number> => {
      asked.push(port);
      return port;
    };
    const port = await startOnPort(at(4000), start, { isPortTaken: async () => true, random: () => 0 });
    expect([port, asked]).toEqual([1024, [1024]]);
    expect(await startOnPort(at(4000), start, { isPortTaken: async () => true, random: () => 0.999_999 })).toBe(49_152);
  });

  it('moves on when listening on 4000 or on a random port fails', async () => {
    const randoms = [0, 0, 0.5];
    const asked: number[] = [];
    await startOnPort(
      at(4000),
      async (port) => {
        asked.push(port);
        if (asked.length < 4) throw taken();
      },
      { isPortTaken: async () => false, random: () => randoms.shift() ?? 0 },
    );
    expect(asked).toEqual([4000, 1024, 1024, 25_088]);
  });

  it('refuses any other port that is taken, with the remedy', async () => {
    await expect(startOnPort(at(8080), () => Promise.reject(taken()), freeRandom)).rejects.toThrow(
      'Port 8080 on 127.0.0.1 is in use. Stop the program that holds it, or choose another with --port.',
    );
  });

  it.each([
    ['EACCES', 'Choose one above 1023 with --port'],
    ['EADDRNOTAVAIL', 'is not an address of this machine'],
  ])('explains %s', async (code, text) => {
    const fail = (): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }));
    await expect(startOnPort(at(80), fail, freeRandom)).rejects.toThrow(text);
  });

  it('passes other errors on', async () => {
    await expect(startOnPort(at(4000), () => Promise.reject(new Error('broken')), freeRandom)).rejects.toThrow(
      'broken',
    );
  });

  it('really sees who listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await systemPorts.isPortTaken(port)).toBe(true);
    await new Promise((resolve) => server.close(resolve));
    expect(await systemPorts.isPortTaken(port)).toBe(false);
  });
});
