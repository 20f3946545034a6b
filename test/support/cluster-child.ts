/** A member of a cluster in a process of its own, told by messages what to ask for: see `ClusterProcess`. */
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { ClusterMember } from './cluster-member.ts';
import { PACE_MS, type Order } from './cluster-order.ts';
import { redisSettings } from './redis-server.ts';

const [port = '', namespace = ''] = process.argv.slice(2);
const settings = redisSettings({ kind: 'single', node: { host: '127.0.0.1', port: Number(port) } }, { namespace });
const member = await ClusterMember.start({ settings });

/** Asks again and again. Every admission is told at once, since the process may be killed. */
async function flood({ name, kind, limit, patience }: Order): Promise<void> {
  for (let refusals = 0; refusals <= patience;) {
    const { admitted } = await member.admit(name, { [kind]: limit });
    process.send?.({ admitted, processes: member.sync.health().processes });
    refusals = admitted ? 0 : refusals + 1;
    if (patience === 0) return;
    // The pace of a caller: a refusal must be able to become an admission before patience ends.
    await setTimeout(PACE_MS);
  }
}

process.on('message', (order: Order) => {
  void Promise.all(Array.from({ length: order.at }, () => flood(order))).then(() => process.send?.({ isOver: true }));
});
process.on('disconnect', () => process.exit());
process.send?.({ isReady: true });
