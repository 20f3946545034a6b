/** Faults in the middle of a stream, with default settings and with recovery of streams. */
import { describeScenarios } from './describe-scenarios.ts';
import { STREAM_SCENARIOS, STREAM_TIMEOUT_SCENARIOS } from './stream-scenarios.ts';

describeScenarios([...STREAM_SCENARIOS, ...STREAM_TIMEOUT_SCENARIOS], 'default');
describeScenarios([...STREAM_SCENARIOS, ...STREAM_TIMEOUT_SCENARIOS], 'resume');
