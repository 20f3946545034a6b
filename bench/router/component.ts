/** Routing: the choice of a deployment. */
import type { Pythons } from '../installed.ts';
import type { Column, Component, ComponentSession, Row } from '../table/contract.ts';
import { hashOf, JobFolder, readingOf, unread } from '../table/job-component.ts';
import { PICKS_IN_A_CALL, routerContestants, routerJob, type RouterContestant } from './router-job.ts';

const PREFIX = 'router/';
const COLUMNS: Readonly<Record<RouterContestant['name'], Column>> = {
  'fast-litellm': 'ours',
  litellm: 'litellm',
  fast_litellm: 'fast_litellm',
};
const NO_PACKAGE =
  'packages such as ai-fallback switch after a failure; none chooses among deployments by load or latency';

function row(name: string, label: string): Row {
  return { name: PREFIX + name, section: 'Routing', label, quantity: 'cpu', empty: { npm: NO_PACKAGE } };
}

export function routerComponent(pythons: Pythons): Component {
  const contestants = routerContestants(pythons);
  return {
    name: 'router',
    contestants: contestants.map((one) => ({ ...one, column: COLUMNS[one.name] })),
    rows: [
      row('simple-shuffle/10', 'a pick among 10 deployments, by weight'),
      row('latency-based-routing/100', 'a pick among 100 deployments, by latency'),
    ],
    open: async () => Promise.resolve(openSession(contestants)),
  };
}

function openSession(contestants: readonly RouterContestant[]): ComponentSession {
  const jobs = new JobFolder();
  return {
    fixtures: { picks: hashOf(PICKS_IN_A_CALL) },
    async measure(name, rows) {
      const contestant = contestants.find((one) => one.name === name);
      if (contestant === undefined) throw new Error(`no contestant ${name}`);
      const asked = rows.map((one) => one.slice(PREFIX.length));
      const result = await jobs.run(contestant.runner, routerJob(contestant, asked));
      const scale = {
        operations: PICKS_IN_A_CALL,
        expected: 0,
        wrong: (count: number) => `${count} of ${PICKS_IN_A_CALL} picks are not what the strategy asks for`,
      };
      return new Map(
        asked.map((one) => {
          const outcome = result.outcomes.get(one);
          return [PREFIX + one, outcome === undefined ? unread(result) : readingOf(outcome, scale)];
        }),
      );
    },
    close: async () => Promise.resolve(jobs.remove()),
  };
}
