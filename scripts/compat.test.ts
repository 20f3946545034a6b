import { describe, expect, test } from 'vitest';

import { plant } from '../test/support/planted-tree.ts';
import { readExcuses } from './compat/differences.ts';
import { compare, judge, raised, type Ratchet, type Replay } from './compat/ratchet.ts';
import { readRecordings, type Recording } from './compat/recordings.ts';

const RATCHET: Ratchet = {
  notCountedYet: [{ checks: '^headers:x-cost', requests: 'priced', until: 'later' }],
  zero: ['chat'],
  failing: { router: ['router/known', 'router/better'] },
};

const recording = (name: string, requests = ''): [string, Recording] => [
  name,
  { name, area: name.split('/')[0] ?? '', config: 'c.yaml', family: 'own', requests },
];

function result(name: string, ...failing: string[]): Replay['results'][number] {
  const diffs = failing.map((check) => {
    const [kind, path] = check.split(':');
    return { step: 0, check: kind ?? '', path: path ?? '', want: 1, got: 2, level: 'must' };
  });
  return { name, area: name.split('/')[0] ?? '', config: 'c.yaml', diffs };
}

function worse(
  results: Replay['results'],
  recordings: readonly [string, Recording][],
  excused = '',
): readonly string[] {
  const known = new Map(recordings);
  const excuses = readExcuses(excused, new Set(known.keys()));
  return compare(judge({ results }, known, excuses, RATCHET), RATCHET).flatMap((row) =>
    row.violations.map((verdict) => verdict.name),
  );
}

describe('ratchet', () => {
  test('an area of the zero list may not fail, another only where it is listed', () => {
    const results = [
      result('chat/a', 'status:status'),
      result('router/known', 'status:status'),
      result('router/new', 'body:x'),
    ];
    expect(worse(results, [recording('chat/a'), recording('router/known'), recording('router/new')])).toEqual([
      'chat/a',
      'router/new',
    ]);
  });

  test('differences of level should and checks that do not count yet are no failures', () => {
    const should = result('chat/a', 'status:status');
    const results = [{ ...should, diffs: should.diffs.map((diff) => ({ ...diff, level: 'should' })) }];
    expect(worse(results, [recording('chat/a')])).toEqual([]);
    expect(worse([result('chat/b', 'headers:x-cost')], [recording('chat/b', 'priced')])).toEqual([]);
    expect(worse([result('chat/b', 'headers:x-cost')], [recording('chat/b', 'other')])).toEqual(['chat/b']);
  });

  test('the document excuses named checks of named recordings only', () => {
    const text = (checks: string): string =>
      `# X\n\n## Recordings that differ\n\n| Recording | Checks | Why |\n| --- | --- | --- |\n| \`chat/a\` | ${checks} | better |\n\n## Next\n\n| \`chat/b\` | all | not here |\n`;
    const results = [result('chat/a', 'status:status', 'body:error.code'), result('chat/b', 'status:status')];
    const known = [recording('chat/a'), recording('chat/b')];
    expect(worse(results, known, text('all'))).toEqual(['chat/b']);
    expect(worse(results, known, text('`^status:\\|^body:`'))).toEqual(['chat/b']);
    expect(worse(results, known, text('`^status:`'))).toEqual(['chat/a', 'chat/b']);
    expect(() => worse(results, [recording('chat/b')], text('all'))).toThrow('unknown recording "chat/a"');
    expect(() => worse(results, known, text('everything'))).toThrow('pattern in backticks');
  });

  test('the list only shrinks, once it is there', () => {
    const known = new Map([recording('router/known'), recording('router/better'), recording('router/new')]);
    const results = [result('router/known', 'status:s'), result('router/better'), result('router/new', 'status:s')];
    const rows = compare(judge({ results }, known, [], RATCHET), RATCHET);
    expect(raised(RATCHET, rows).failing).toEqual({ router: ['router/known'] });
    const empty = { ...RATCHET, failing: null };
    const first = compare(judge({ results }, known, [], empty), empty);
    expect(raised(empty, first).failing).toEqual({ router: ['router/known', 'router/new'] });
  });
});

test('the family of a recording follows its upstream requests and its deployment', () => {
  const step = (model: string | null, upstream: string | null, path = '/v1/chat/completions'): object => ({
    request: { path, ...(model === null ? {} : { body: { model } }) },
    expect: { upstream: upstream === null ? [] : [{ path: upstream }] },
  });
  const cases: Record<string, object> = {
    own: step('gpt', '/v1/chat/completions'),
    none: step(null, null, '/health'),
    deployment: step('claude', null),
    wildcard: step('gemini/x', null),
    upstream: step('mixed', '/v1/messages'),
    path: step(null, null, '/engines/claude/chat/completions'),
  };
  const files = Object.entries(cases).map(([name, only]) => [
    `cases/main/a__${name}.json`,
    JSON.stringify({ name, area: 'a', config: 'c.yaml', steps: [only] }),
  ]);
  using tree = plant({
    ...Object.fromEntries(files),
    'c.yaml':
      'model_list:\n  - {model_name: gpt, litellm_params: {model: openai/gpt}}\n  - {model_name: claude, litellm_params: {model: anthropic/claude}}\n',
  });
  const families = [...readRecordings(tree.root).values()].map(({ name, family }) => [name, family]);
  expect(Object.fromEntries(families)).toEqual({
    own: 'own',
    none: 'own',
    deployment: 'other',
    wildcard: 'other',
    upstream: 'other',
    path: 'other',
  });
});
