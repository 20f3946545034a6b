import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts'],
    // Suites with commands of their own: `test:engines`, `test:litellm`, `check:package`.
    exclude: ['**/node_modules/**', 'test/engines/**', 'test/litellm/**', 'test/package/**'],
    setupFiles: ['test/support/fail-on-console.ts'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
