/** Token counting, small and large, and the functions of LiteLLM that count and price. */
import type { JobResult } from '../child/run-job.ts';
import type { Pythons } from '../installed.ts';
import type { Column, Component, ComponentSession, Reading, Row } from '../table/contract.ts';
import { firstUseReadings, readingOf, unread, type Scale } from '../table/job-component.ts';
import { findContestants, type Contestant } from './contestants.ts';
import { CORPUS, TokenSession } from './token-session.ts';

const ENCODING = 'o200k_base';
/** Long enough for whoever is merely slow on a busy machine: most of it goes into warm-up and samples. */
const LIMIT_MS = 5000;
const [FIRST_TIME, FIRST_MEMORY] = ['start/tokenizer', 'memory/tokenizer'] as const;
/** Whose counts are right, first choice first; whose answers are right. */
const COUNT_REFERENCES = ['tiktoken', 'tiktoken-wasm'];
const CALL_REFERENCES = ['litellm'];
/** What is right is known when the references have answered. */
const SCALE: Scale = { operations: 1, expected: null, wrong: String };

/** Rows of `rows.ts` in the encoding, large and small, of every kind that somebody wins. */
const TEXTS: readonly (readonly [string, string])[] = [
  ['12-tokens', '12 tokens'],
  ['english-1k-new', 'English, 500 texts of 1,000 characters'],
  ['code-10k', 'code, 10,000 characters'],
  ['json-100k', 'JSON, 100,000 characters'],
  ['cjk-10k', 'Chinese, 10,000 characters'],
  ['emoji-1k', 'emoji, 1,000 characters'],
  ['whitespace-10k', 'white space, the same 10,000 characters'],
  ['whitespace-1k-new', 'white space, 500 texts of 1,000 characters'],
  ['english-1M', 'English, 1,000,000 characters'],
  ['base64-1M', 'base64, 1,000,000 characters'],
];
const CALLS: readonly (readonly [string, string])[] = [
  ['calls/tokenCounter', 'tokenCounter() of a short message'],
  ['calls/completionCost', 'completionCost() of an answer'],
];

const COLUMNS: Readonly<Record<string, Column>> = {
  'fast-litellm': 'ours',
  litellm: 'litellm',
  fast_litellm: 'fast_litellm',
  tiktoken: 'other',
};

export function tokensComponent(pythons: Pythons): Component {
  const contestants = findContestants(pythons);
  const callers = contestants.filter(({ hasCalls }) => hasCalls).map(({ name }) => name);
  const lacking = Object.fromEntries(
    contestants.flatMap(({ name }) =>
      callers.includes(name) ? [] : [[name, 'counts texts, and no messages or costs']],
    ),
  );
  const section = `Token counting, ${ENCODING}`;
  const first = { section: 'Start-up and memory', label: 'tokenizer, import and first count' };
  return {
    name: 'tokens',
    contestants: contestants.map((one) => ({ ...one, column: COLUMNS[one.name] ?? 'npm' })),
    rows: [
      ...TEXTS.map(([name, label]): Row => ({
        name: `tokens/${name}`,
        section,
        label,
        quantity: 'cpu',
        references: COUNT_REFERENCES,
      })),
      ...CALLS.map(([name, label]): Row => ({
        name,
        section,
        label,
        quantity: 'cpu',
        lacking,
        references: CALL_REFERENCES,
      })),
      { name: FIRST_TIME, ...first, quantity: 'cpu' },
      { name: FIRST_MEMORY, ...first, quantity: 'memory' },
    ],
    open: async () => Promise.resolve(openSession(contestants)),
  };
}

function openSession(contestants: readonly Contestant[]): ComponentSession {
  const names = new Set(TEXTS.map(([name]) => `${ENCODING}/${name}`));
  const session = new TokenSession(CORPUS, (name) => names.has(name), LIMIT_MS);
  return {
    fixtures: session.texts.hashes,
    async measure(name, rows) {
      const contestant = contestants.find((one) => one.name === name);
      if (contestant === undefined) throw new Error(`no contestant ${name}`);
      const texts = rows.filter((row) => row.startsWith('tokens/'));
      const calls = rows.filter((row) => row.startsWith('calls/'));
      const counted = await session.run(contestant, ENCODING, texts.map(rowInSession));
      const called = calls.length === 0 ? null : await session.run(contestant, ENCODING, calls);
      return new Map(
        rows.map((row) => {
          if (row === FIRST_TIME || row === FIRST_MEMORY) return [row, readFirst(counted, row)];
          const result = row.startsWith('calls/') && called !== null ? called : counted;
          const outcome = result.outcomes.get(row.startsWith('calls/') ? row : rowInSession(row));
          return [row, outcome === undefined ? unread(result) : readingOf(outcome, SCALE)];
        }),
      );
    },
    close: async () => Promise.resolve(session.close()),
  };
}

function rowInSession(row: string): string {
  return row.replace('tokens/', `${ENCODING}/`);
}

function readFirst(result: JobResult, row: string): Reading {
  if (result.first === null) return unread(result);
  const { time, memory } = firstUseReadings(result.first);
  return row === FIRST_TIME ? time : memory;
}
