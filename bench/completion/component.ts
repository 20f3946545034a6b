/** What a call of `completion()` costs the program that makes it: without a provider, and in front of a mock provider. */
import type { JobResult } from '../child/run-job.ts';
import { ANSWER_TEXT, STREAM_TEXT } from '../gateway/mock-answers.ts';
import { startMockProvider } from '../gateway/mock-provider.ts';
import {
  builtPackage,
  installedFastLitellm,
  installedLitellm,
  installedPackage,
  type Installed,
  type Pythons,
} from '../installed.ts';
import type { Component, ComponentSession, Quantity, Reading, Row } from '../table/contract.ts';
import {
  firstUseReadings,
  hashOf,
  JobFolder,
  nodeRunner,
  pythonRunner,
  readingOf,
  unread,
  type RunningContestant,
} from '../table/job-component.ts';
import { SHORT_TEXT } from '../tokens/texts.ts';
import { COMPLETION_ROWS, type CompletionInput } from './protocol.ts';

const COMPLETIONS = 8;
const JOB = { limitMs: 60_000, timing: { warmUpMs: 400, sampleMs: 100 } };
const [FIRST_TIME, FIRST_MEMORY] = ['start/library', 'memory/library'] as const;
const NO_MOCK = 'it has no canned answers';

export function completionComponent(pythons: Pythons): Component {
  const contestants = contestantsOf(pythons);
  const row = (name: string, section: string, label: string, quantity: Quantity = 'cpu'): Row => ({
    name,
    section,
    label,
    quantity,
    ...(name === 'completion/mock' ? { lacking: { openai: NO_MOCK, 'litellm-npm': NO_MOCK } } : {}),
  });
  return {
    name: 'completion',
    contestants,
    rows: [
      row('completion/mock', 'completion()', 'a call with mock_response'),
      row('completion/provider', 'completion()', 'a call to a mock provider, 8 at a time'),
      row('completion/stream', 'completion()', 'a stream of 64 events, 8 at a time'),
      row(FIRST_TIME, 'Start-up and memory', 'library, import and first completion()'),
      row(FIRST_MEMORY, 'Start-up and memory', 'library, import and first completion()', 'memory'),
    ],
    open: async () => openSession(contestants),
  };
}

function contestantsOf(pythons: Pythons): readonly RunningContestant[] {
  const javascript = { runner: nodeRunner(import.meta.dirname) };
  const npm = (name: string, label: string, installed: Installed): RunningContestant => ({
    ...javascript,
    ...installed,
    name,
    label,
    column: 'npm',
  });
  return [
    { ...javascript, name: 'fast-litellm', label: 'fast-litellm', column: 'ours', ...builtPackage() },
    npm('openai', 'openai', installedPackage('openai')),
    npm('litellm-npm', 'litellm (npm)', installedPackage('litellm')),
    {
      ...npm('ai', 'ai (Vercel)', installedPackage('ai')),
      remark: '`generateText` and `streamText` over `@ai-sdk/openai`; its canned answer is a `MockLanguageModelV4`',
    },
    {
      name: 'litellm',
      label: 'LiteLLM',
      column: 'litellm',
      runner: pythonRunner(pythons.litellm, import.meta.dirname),
      ...installedLitellm(pythons),
    },
    {
      name: 'fast_litellm',
      label: 'LiteLLM + fast_litellm',
      column: 'fast_litellm',
      remark: '`import fast_litellm`, which patches LiteLLM, then the same call',
      runner: pythonRunner(pythons.fastLitellm, import.meta.dirname),
      ...installedFastLitellm(pythons),
    },
  ];
}

async function openSession(contestants: readonly RunningContestant[]): Promise<ComponentSession> {
  const provider = await startMockProvider();
  const jobs = new JobFolder();
  const input: CompletionInput = {
    baseUrl: `http://127.0.0.1:${provider.port}/v1`,
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: SHORT_TEXT }],
    mockText: 'Paris.',
    wholeText: ANSWER_TEXT,
    streamText: STREAM_TEXT,
    completions: COMPLETIONS,
  };
  return {
    fixtures: { completions: hashOf({ ...input, baseUrl: '' }) },
    async measure(name, rows) {
      const contestant = contestants.find((one) => one.name === name);
      if (contestant === undefined) throw new Error(`no contestant ${name}`);
      const called = rows.filter((row) => COMPLETION_ROWS.some((one) => one === row));
      const result = await jobs.run(contestant.runner, { contestant: name, rows: called, input, ...JOB });
      return new Map(rows.map((row) => [row, readRow(result, row)]));
    },
    async close() {
      jobs.remove();
      await provider.stop();
    },
  };
}

function readRow(result: JobResult, row: string): Reading {
  if (row === FIRST_TIME || row === FIRST_MEMORY) {
    if (result.first === null) return unread(result);
    const { time, memory } = firstUseReadings(result.first);
    return row === FIRST_TIME ? time : memory;
  }
  const outcome = result.outcomes.get(row);
  if (outcome === undefined) return unread(result);
  return readingOf(outcome, {
    operations: COMPLETIONS,
    expected: COMPLETIONS,
    wrong: (right) => `${COMPLETIONS - right} of ${COMPLETIONS} answers are not the provider's`,
  });
}
