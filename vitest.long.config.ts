import { defineConfig } from 'vitest/config';

/** What takes minutes: memory over 100,000 requests and thousands of clients that leave. `npm run verify:long`. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    setupFiles: ['test/support/fail-on-console.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
});
