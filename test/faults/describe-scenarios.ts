/** Runs scenarios of one set-up at the same time, before one gateway. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { FaultFleet } from '../support/fault-fleet.ts';
import type { FaultScenario } from '../support/fault-scenario.ts';
import { expectVerdict } from './expect-verdict.ts';
import type { SetUp } from './expected-verdicts.ts';

const ROUTER: Readonly<Record<SetUp, Readonly<Record<string, unknown>>>> = {
  default: {},
  resume: { stream_recovery: 'resume' },
};

export function describeScenarios(scenarios: readonly FaultScenario[], setUp: SetUp = 'default'): void {
  describe.concurrent(`set-up ${setUp}`, () => {
    let fleet: FaultFleet;

    beforeAll(async () => {
      const models = scenarios.map((scenario) => ({ name: modelOf(scenario), params: scenario.params ?? {} }));
      fleet = await FaultFleet.start(models, ROUTER[setUp]);
    });

    afterAll(() => fleet.stop());

    it.for(scenarios.map((scenario) => ({ ...scenario, model: modelOf(scenario) })))(
      '$model: $what',
      async (scenario, context) => {
        expectVerdict(context, scenario.id, await scenario.play(fleet, scenario.model), setUp);
      },
    );
  });
}

function modelOf({ id, variant }: FaultScenario): string {
  return variant === undefined ? id.toLowerCase() : `${id.toLowerCase()}-${variant}`;
}
