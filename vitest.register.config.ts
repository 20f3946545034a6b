/** The register hook under whole programs, each in a Node of its own: with the hook and without, compared. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/register/**/*.test.ts'],
    setupFiles: ['test/support/fail-on-console.ts'],
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
