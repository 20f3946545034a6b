/** A JavaScript HTTP client: `node --expose-gc javascript-child.ts JOB`. */
import { batchOf } from '../child/batches.ts';
import { serveJob } from '../child/serve-job.ts';
import { CLIENTS } from './javascript-contestants.ts';
import { POOL_ROWS, type PoolInput } from './protocol.ts';

await serveJob<PoolInput>(async ({ contestant, input }) => {
  const opening = CLIENTS[contestant];
  if (opening === undefined) throw new Error(`no contestant ${contestant}`);
  const client = await opening(input);
  return {
    firstCall: () => client.call?.(),
    callOf: (name) => {
      const row = Object.entries(POOL_ROWS).find(([each]) => each === name)?.[1];
      const ask = row === undefined ? undefined : client[row.way];
      if (row === undefined || ask === undefined) throw new Error(`has no ${name}`);
      return batchOf(async () => (await ask()) === input.answer, input.requests, row.atATime);
    },
  };
});
