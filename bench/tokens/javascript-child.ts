/** A JavaScript contestant of the token benchmark: `node --expose-gc javascript-child.ts JOB`. */
import { readFileSync } from 'node:fs';
import type { Call } from '../child/cpu-timer.ts';
import { serveJob, type Subject } from '../child/serve-job.ts';
import { IMPORTS, openCalls, type Count } from './javascript-contestants.ts';
import { CALL_ROWS, type TokenInput } from './protocol.ts';

type Passes = Readonly<Record<string, readonly (readonly string[])[]>>;

await serveJob<TokenInput>(async ({ contestant, input }): Promise<Subject> => {
  const importing = IMPORTS[contestant];
  if (importing === undefined) throw new Error(`no contestant ${contestant}`);
  const opened = await importing(input.encoding);
  let [count, texts]: [Count, Passes | null] = [() => Number.NaN, null];
  return {
    firstCall: () => {
      count = opened.open();
      return count(input.firstText);
    },
    callOf: async (row) => {
      const call = CALL_ROWS.find((name) => name === row);
      if (call !== undefined) return (await openCalls(input.call))[call];
      texts ??= JSON.parse(readFileSync(input.textsFile, 'utf8')) as Passes;
      return callOver(texts[row] ?? [], count);
    },
  };
});

function callOver(passes: readonly (readonly string[])[], count: Count): Call {
  const [[only = '', ...more] = [], ...others] = passes;
  if (more.length === 0 && others.length === 0) return () => count(only);
  let next = 0;
  return () => {
    let total = 0;
    for (const text of passes[next++ % passes.length] ?? []) total += count(text);
    return total;
  };
}
