/** `FUZZ_RUNS` sets how often each property is tried where a test does not say it itself. */
import fc from 'fast-check';

const runs = Number(process.env['FUZZ_RUNS'] ?? 0);
if (runs > 0) fc.configureGlobal({ numRuns: runs });
