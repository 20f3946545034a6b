/**
 * `npm run bench:cluster [-- --write]`: what one decision costs with limits of one process, with slices of a cluster and in
 * strict mode, and what loading the Redis client costs. Starts a redis-server of its own on this machine, so that the way
 * to Redis is as short as it can be. `--write` puts the table into docs/cluster.md.
 */
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Descriptor } from '../src/rate-limit/contract.ts';
import { RateLimiter, type Admission, type Refusal } from '../src/rate-limit/rate-limiter.ts';
import { createStrictLimiter } from '../src/store/redis/create-strict-limiter.ts';
import { markdownTable } from '../bench/markdown-table.ts';
import { ClusterMember } from '../test/support/cluster-member.ts';
import { RedisServer } from '../test/support/redis-server.ts';
import { writeGenerated } from './write-generated.ts';

const LIMIT = 1_000_000_000;
const SCOPE: Descriptor = { key: 'api_key', value: 'k'.repeat(64), requests: LIMIT, tokens: null, parallel: null };
const CALL = {
  size: (): never => {
    throw new Error('never asked');
  },
};

type Decide = () => Admission | Refusal | Promise<Admission | Refusal>;

interface Row {
  readonly name: string;
  readonly medianUs: number;
  readonly slowestUs: number;
  readonly waited: number;
}

/** One decision after the other; the median of blocks where a decision is too short to be measured. */
async function measure(
  name: string,
  decide: Decide,
  { decisions, block }: { readonly decisions: number; readonly block: number },
): Promise<Row> {
  const times: number[] = [];
  let waited = 0;
  for (let done = 0; done < decisions; done += block) {
    const start = process.hrtime.bigint();
    for (let index = 0; index < block; index++) {
      const decision = decide();
      if (decision instanceof Promise) {
        waited++;
        await decision;
      }
    }
    times.push(Number(process.hrtime.bigint() - start) / 1000 / block);
    // The control thread's part runs between calls, as it does behind a server.
    await new Promise((resolve) => setImmediate(resolve));
  }
  times.sort((a, b) => a - b);
  const at = (part: number): number => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  return { name, medianUs: at(0.5), slowestUs: at(0.99), waited: waited / decisions };
}

async function main(): Promise<void> {
  const redis = await RedisServer.start();
  const settings = { ...redis.settings, namespace: 'bench' };
  const member = await ClusterMember.start({ settings });
  const strict = await createStrictLimiter({ settings, slices: member.slices, local: member.limiter, now: Date.now });
  const alone = new RateLimiter({ now: Date.now, capacity: 1000, leases: 1000 });
  const [own, shared] = [alone.prepare([SCOPE]), member.limiter.prepare([SCOPE])];
  const fast = { decisions: 400_000, block: 100 };
  const rows: Row[] = [];
  for (const round of ['warm-up', 'measured']) {
    const results = [
      await measure('one process', () => alone.admit(own, CALL), fast),
      await measure('cluster, slices', () => member.limiter.admit(shared, CALL), fast),
      await measure('cluster, strict', () => strict.limiter.admit(shared, CALL), { decisions: 5000, block: 1 }),
    ];
    if (round === 'measured') rows.push(...results);
  }
  await strict.stop();
  await member.sync.stop();
  await redis.kill();
  const table = markdownTable(
    ['decision', 'median', '99 % below', 'waited for Redis'],
    rows.map(({ name, medianUs, slowestUs, waited }) => [
      name,
      us(medianUs),
      us(slowestUs),
      `${(100 * waited).toFixed(2)} %`,
    ]),
  );
  const [cpu] = os.cpus();
  const where = `Node ${process.version}, ${os.cpus().length} × ${cpu?.model.trim() ?? 'unknown'}; Redis on the same machine, one call after the other.`;
  const client = clientCosts();
  const text = `${table}\n\n${where} Loading the client: ${client.ms} ms and ${client.mb} MB, once, and only with a cluster.\n`;
  process.stdout.write(text);
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  if (values.write) writeGenerated('docs/cluster.md', 'bench:cluster', text);
}

function us(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} µs`;
}

/** In a process of its own. */
function clientCosts(): { readonly ms: string; readonly mb: string } {
  const code = `const before = process.memoryUsage().rss, start = performance.now();
    await import('@redis/client');
    console.log((performance.now() - start).toFixed(0), ((process.memoryUsage().rss - before) / 1e6).toFixed(0));`;
  const root = path.dirname(import.meta.dirname);
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: root, encoding: 'utf8' });
  const [ms = '?', mb = '?'] = said.trim().split(' ');
  return { ms, mb };
}

await main();
