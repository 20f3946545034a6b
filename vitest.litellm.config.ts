/** Suites with a real LiteLLM, which `LITELLM_VENV` names; they fail without it and never skip. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/litellm/**/*.test.ts'],
    setupFiles: ['test/support/fail-on-console.ts'],
    pool: 'forks',
    // LiteLLM takes ten seconds of a processor to start.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
