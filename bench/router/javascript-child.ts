/** This library's picks: `node --expose-gc javascript-child.ts JOB`. Rows are named `STRATEGY/DEPLOYMENTS`. */
import { serveJob, type Subject } from '../child/serve-job.ts';
import type { Call } from '../child/cpu-timer.ts';
import type { StrategyName } from '../../src/router/routing-policy.ts';
import type { RouterInput } from './router-job.ts';

await serveJob<RouterInput>(async ({ input }): Promise<Subject> => {
  const [{ routerForPicks }, { routingRequest }] = await Promise.all([
    import('../../src/router/pick.bench.ts'),
    import('../../src/router/routing-request.ts'),
  ]);
  const callOf = (row: string): Call => {
    const [strategy = '', size = ''] = row.split('/');
    const core = routerForPicks(strategy as StrategyName, Number(size));
    const request = routingRequest('g');
    // By latency, one that has not answered yet is picked as long as there is one: those with odd numbers.
    const mustBeOdd = strategy === 'latency-based-routing';
    return () => {
      let wrong = 0;
      for (let pick = 0; pick < input.picks; pick++) {
        const slot = core.peek(request)?.slot ?? -1;
        if (slot < 0 || (mustBeOdd && slot % 2 === 0)) wrong++;
      }
      return wrong;
    };
  };
  return { firstCall: () => callOf('simple-shuffle/3')(), callOf };
});
