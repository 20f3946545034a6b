/** `node src/primitives/call-id.bench.ts`: ids made ahead against one by one. */
import { randomUUID } from 'node:crypto';
import { bench, do_not_optimize, run } from 'mitata';
import { CallIdSource } from './call-id.ts';

const source = new CallIdSource();

bench('CallIdSource', () => do_not_optimize(source.next()));
bench('crypto.randomUUID', () => do_not_optimize(randomUUID()));

await run();
