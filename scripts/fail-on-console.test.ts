import { spawnSync } from 'node:child_process';
import path from 'node:path';

import { expect, test } from 'vitest';

import { plant } from '../test/support/planted-tree.ts';

const root = path.dirname(import.meta.dirname);

test.each([
  ['fails a test that writes to the console', "console.warn('planted')", 1, /console\.warn: planted/],
  ['passes one that does not', '', 0, /1 passed/],
])('the console setup %s', (_name, statement, status, output) => {
  const setup = JSON.stringify(path.join(root, 'test/support/fail-on-console.ts'));
  using tree = plant(
    {
      'a.test.mjs': `import { expect, test } from 'vitest';\ntest('x', () => { ${statement}; expect(1).toBe(1); });`,
      'vitest.config.mjs': `export default { test: { include: ['a.test.mjs'], setupFiles: [${setup}] } };`,
    },
    path.join(root, 'out'),
  );
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const run = spawnSync(process.execPath, [vitest, 'run', '--root', tree.root], { encoding: 'utf8', cwd: tree.root });
  expect(run.stdout + run.stderr).toMatch(output);
  expect(run.status).toBe(status);
});
