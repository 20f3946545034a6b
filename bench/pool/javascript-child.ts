/** A JavaScript HTTP client: `node --expose-gc javascript-child.ts JOB`. */
import { batchOf } from '../child/batches.ts';
import { serveJob } from '../child/serve-job.ts';
import { CLIENTS } from './javascript-contestants.ts';
import { POOL_ROWS, type PoolInput } from './protocol.ts';

await serveJob<PoolInput>(async ({ contestant, input }) => {
  const opening = CLIENTS[contestant];
  if (opening === undefined) throw new Error(`no contestant ${contestant}`);
  const ask = await opening(input);
  return {
    firstCall: ask,
    callOf: (row) => batchOf(async () => (await ask()) === input.answer, input.requests, POOL_ROWS[row] ?? 1),
  };
});
