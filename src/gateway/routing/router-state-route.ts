/** `GET /router/state`: every deployment with its state, why, since when, until when and who decided. For whoever holds the key. */
import { reportDeployments, type DeploymentReport } from '../../router/router-state.ts';
import type { RouterCore } from '../../router/router-core.ts';
import type { RouteDefinition } from '../contract.ts';
import { replyJson } from '../routes/reply.ts';

export function routerStateRoute(router: RouterCore): RouteDefinition {
  return {
    methods: ['GET'],
    path: '/router/state',
    family: 'router',
    access: 'key',
    handler: (exchange) => replyJson(exchange, routerState(router)),
  };
}

function routerState(router: RouterCore): object {
  const { strategy, resilience } = router.policy;
  return {
    routing_strategy: strategy,
    panic_mode: resilience.panicMode,
    half_open_probe: resilience.halfOpenProbe,
    deployments: reportDeployments(router).map(shown),
  };
}

function shown(report: DeploymentReport): object {
  const { cooldown } = report;
  return {
    id: report.id,
    model_group: report.group,
    model: report.model,
    state: report.state,
    cooldown:
      cooldown === null
        ? null
        : {
            decided_by: cooldown.decidedBy,
            status: cooldown.status,
            since: new Date(cooldown.sinceMs).toISOString(),
            until: new Date(cooldown.untilMs).toISOString(),
          },
    in_flight: report.inFlight,
    max_parallel_requests: report.maxParallelRequests,
    requests_this_minute: report.requestsThisMinute,
    tokens_this_minute: report.tokensThisMinute,
    successes: report.successes,
    fails: report.fails,
    mean_seconds: Number(report.meanSeconds.toFixed(6)),
  };
}
