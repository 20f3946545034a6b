/** Faults of a provider before its answer begins, with default settings and with recovery of streams. */
import { describeScenarios } from './describe-scenarios.ts';
import { FIRST_TOKEN_SCENARIOS, PROVIDER_SCENARIOS } from './provider-scenarios.ts';

describeScenarios([...PROVIDER_SCENARIOS, ...FIRST_TOKEN_SCENARIOS], 'default');
describeScenarios(PROVIDER_SCENARIOS, 'resume');
