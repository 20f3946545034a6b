/** A JavaScript library that completes chats: `node --expose-gc javascript-child.ts JOB`. */
import { batchOf } from '../child/batches.ts';
import { serveJob } from '../child/serve-job.ts';
import { LIBRARIES } from './javascript-contestants.ts';
import { AT_A_TIME, COMPLETION_ROWS, type CompletionInput, type CompletionRow } from './protocol.ts';

await serveJob<CompletionInput>(async ({ contestant, input }) => {
  const opening = LIBRARIES[contestant];
  if (opening === undefined) throw new Error(`no contestant ${contestant}`);
  const completers = await opening(input);
  const expected: Readonly<Record<CompletionRow, string>> = {
    'completion/mock': input.mockText,
    'completion/provider': input.wholeText,
    'completion/stream': input.streamText,
  };
  return {
    firstCall: () => completers['completion/provider']?.(),
    callOf: (name) => {
      const row = COMPLETION_ROWS.find((one) => one === name);
      const complete = row === undefined ? undefined : completers[row];
      if (row === undefined || complete === undefined) throw new Error(`has no ${name}`);
      return batchOf(async () => (await complete()) === expected[row], input.completions, AT_A_TIME[row]);
    },
  };
});
