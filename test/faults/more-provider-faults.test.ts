/** More faults of providers, with default settings; where a stream breaks off, also with recovery of streams. */
import { BROKEN_ANSWER_SCENARIOS, IDLE_AFTERWARDS } from './broken-answer-scenarios.ts';
import { describeScenarios } from './describe-scenarios.ts';
import { MORE_PROVIDER_SCENARIOS } from './more-provider-scenarios.ts';
import { OPENING_SCENARIOS } from './opening-scenarios.ts';

describeScenarios([...MORE_PROVIDER_SCENARIOS, ...BROKEN_ANSWER_SCENARIOS, ...OPENING_SCENARIOS]);
describeScenarios([IDLE_AFTERWARDS]);
describeScenarios(
  [...BROKEN_ANSWER_SCENARIOS, IDLE_AFTERWARDS].filter(({ id }) => ['E15', 'E16', 'E18'].includes(id)),
  'resume',
);
