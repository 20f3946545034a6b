import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
    // Suites with commands of their own: `test:deploy`, `test:engines`, `test:faults`, `test:litellm`, `test:register`,
    // `test:apps`, `check:package`, `verify:long`.
    exclude: [
      '**/node_modules/**',
      'test/deploy/**',
      'test/engines/**',
      'test/faults/**',
      'test/litellm/**',
      'test/package/**',
      'test/register/**',
      'test/apps/**',
      'test/long/**',
    ],
    setupFiles: ['test/support/fail-on-console.ts', 'test/support/fuzz-runs.ts'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
