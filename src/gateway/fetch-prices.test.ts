import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { PriceTable, toPriceMap } from '../pricing/price-table.ts';
import { fetchPrices, fetchText } from './fetch-prices.ts';

const MAP = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`new-${index}`, { mode: 'chat' }]));
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Address of a server that gives this answer. */
async function serve(status: number, text: string): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { connection: 'close' });
    response.end(text);
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/map.json`;
}

async function fetched(url: string): Promise<{ readonly table: PriceTable; readonly log: string }> {
  const lines: string[] = [];
  const table = new PriceTable(() => toPriceMap({ built: { mode: 'chat' } }));
  await fetchPrices(table, url, pino({ level: 'info' }, { write: (line: string) => lines.push(line) }), fetchText);
  return { table, log: lines.join('') };
}

describe('fetchPrices', () => {
  test('puts the fetched map in use', async () => {
    const { table, log } = await fetched(await serve(200, JSON.stringify(MAP)));
    expect([table.get('new-59'), table.get('built')]).toEqual([{ mode: 'chat' }, undefined]);
    expect(log).toContain('in use');
  });

  test.each([
    [404, JSON.stringify(MAP)],
    [200, '<html>'],
    [200, '{"only":{"mode":"chat"}}'.repeat(2)],
  ])('keeps the old prices on %s %s, and says so without the address', async (status, text) => {
    const url = await serve(status, text);
    const { table, log } = await fetched(`${url}?token=secret-word`);
    expect(table.get('built')).toBeDefined();
    expect(log).toContain('gave no prices');
    expect(log).not.toContain('secret-word');
  });

  test('keeps the old prices when nobody answers', async () => {
    const { table, log } = await fetched('http://127.0.0.1:1/?token=secret-word');
    expect(table.get('built')).toBeDefined();
    expect(log).toContain('could not be fetched');
    expect(log).not.toContain('secret-word');
  });
});
