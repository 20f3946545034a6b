/** The fault suite: entries S01 to X2, black box before scripted providers, waiting times scaled by `FAULTS_SCALE`. */
import { defineConfig } from 'vitest/config';
import { VerdictReporter } from './test/faults/verdict-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    setupFiles: ['test/support/fail-on-console.ts'],
    reporters: ['default', new VerdictReporter()],
    pool: 'forks',
    // Scenarios wait much longer than they compute: all of one file run at the same time.
    maxConcurrency: 60,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
