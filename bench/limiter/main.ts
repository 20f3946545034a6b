/**
 * `npm run bench:limiter [-- --rounds 3 --python PATH --fast-python PATH --json FILE]`: nanoseconds a decision at 1, 100,000
 * and 1,000,000 keys, resident bytes a key, and two threads against one. Every measure is a fresh process, in the opposite
 * order in every other round; the table shows the median. Needs `npm ci --prefix bench`; with `--python` (one that has
 * `litellm`) LiteLLM's own limiter, too. Exit code 1 when a target is missed or a limiter decides wrong.
 */
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { installedFastLitellm, installedLitellm } from '../installed.ts';
import { withLock } from '../lock.ts';
import { markdownTable } from '../markdown-table.ts';
import { spread } from '../statistics.ts';
import { CONTESTANTS } from './contestants.ts';
import type { LimiterAnswer } from './protocol.ts';
import { bytesPerKey, runMeasure, wrongDecisions, type Measure } from './run-measure.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    python: { type: 'string' },
    'fast-python': { type: 'string' },
    json: { type: 'string' },
  },
});
const PYTHONS = {
  litellm: values.python ?? 'python3',
  fastLitellm: values['fast-python'] ?? values.python ?? 'python3',
};

interface Job {
  readonly contestant: string;
  readonly measure: Measure;
  readonly keys: number;
}

const WINDOW = 'fast-litellm, window';
const WINDOW_TEXT = 'fast-litellm, window, from text';
const ALL_LIMITS = 'fast-litellm, whole call, all limits';
const MANY = 100_000;
const MOST = 1_000_000;

function jobs(): Job[] {
  const names = [
    ...CONTESTANTS.map(({ name }) => name),
    ...(installedLitellm(PYTHONS).missing === null ? ['litellm'] : []),
    ...(installedFastLitellm(PYTHONS).missing === null ? ['fast_litellm'] : []),
  ];
  return names.flatMap((contestant) => {
    const isOurs = contestant.startsWith('fast-');
    const speeds = [1, MANY, ...(isOurs && !contestant.includes('sliding') ? [MOST] : [])];
    // From text, so that what a gateway keeps of each key is not counted with the table.
    const hasMemory = !isOurs || /from text|library/.test(contestant) || contestant === ALL_LIMITS;
    const sizes = hasMemory ? [MANY, ...(isOurs && !contestant.includes('sliding') ? [MOST] : [])] : [];
    return [
      ...speeds.map((keys): Job => ({ contestant, measure: 'speed', keys })),
      ...sizes.flatMap((keys): Job[] => [
        { contestant, measure: 'memory', keys },
        { contestant, measure: 'memory-without', keys },
      ]),
      ...(contestant === WINDOW ? [{ contestant, measure: 'threads', keys: MANY } as const] : []),
    ];
  });
}

const idOf = ({ contestant, measure, keys }: Job): string => `${contestant} | ${measure} | ${keys}`;

async function measureAll(rounds: number): Promise<ReadonlyMap<string, LimiterAnswer>> {
  const all = jobs();
  const answers = new Map<string, LimiterAnswer[]>();
  for (let round = 0; round < rounds; round++) {
    for (const job of round % 2 === 0 ? all : all.toReversed()) {
      process.stderr.write(`round ${round + 1}: ${idOf(job)}\n`);
      answers.set(idOf(job), [...(answers.get(idOf(job)) ?? []), runMeasure(job, PYTHONS)]);
    }
  }
  return new Map([...answers].map(([id, some]) => [id, medianOf(some)]));
}

function medianOf(answers: readonly LimiterAnswer[]): LimiterAnswer {
  const wrong = answers.find((answer) => wrongDecisions(answer) !== null);
  return { value: spread(answers.map(({ value }) => value)).median, admitted: (wrong ?? answers[0])?.admitted ?? 0 };
}

async function main(): Promise<number> {
  const medians = await withLock(async () => measureAll(Number(values.rounds)));
  const answer = (contestant: string, measure: Measure, keys: number): LimiterAnswer | undefined =>
    medians.get(idOf({ contestant, measure, keys }));
  const speed = (contestant: string, keys: number): number | undefined => answer(contestant, 'speed', keys)?.value;
  const bytes = (contestant: string, keys: number): number | undefined => {
    const [having, without] = [answer(contestant, 'memory', keys), answer(contestant, 'memory-without', keys)];
    if (having === undefined || without === undefined) return undefined;
    return bytesPerKey(contestant, keys, [having, without]);
  };
  const wrong = (contestant: string): string | null => {
    const found = answer(contestant, 'speed', 1);
    return found === undefined ? null : wrongDecisions(found);
  };
  const cell = (value: number | undefined, digits = 0): string => (value === undefined ? '-' : value.toFixed(digits));
  const names = [...new Set(jobs().map(({ contestant }) => contestant))];
  const rows = names.map((name) => [
    name,
    ...[1, MANY, MOST].map((keys) => cell(speed(name, keys))),
    ...[MANY, MOST].map((keys) => cell(bytes(name, keys), 1)),
    wrong(name) ?? '',
  ]);
  const head = ['limiter', 'ns, 1 key', 'ns, 100k', 'ns, 1M', 'bytes a key, 100k', 'bytes a key, 1M', 'wrong'];
  const ratio = answer(WINDOW, 'threads', MANY)?.value ?? Number.NaN;
  const targets: readonly (readonly [string, number, number, 'most' | 'least'])[] = [
    ['ns a decision at 1 key', speed(WINDOW_TEXT, 1) ?? Number.NaN, 150, 'most'],
    ['ns a decision at 100k keys', speed(WINDOW_TEXT, MANY) ?? Number.NaN, 150, 'most'],
    ['bytes a key with one limit, 100k keys', bytes(WINDOW_TEXT, MANY) ?? Number.NaN, 18, 'most'],
    ['bytes a key with one limit, 1M keys', bytes(WINDOW_TEXT, MOST) ?? Number.NaN, 18, 'most'],
    ['bytes a key with all limits, 100k keys', bytes(ALL_LIMITS, MANY) ?? Number.NaN, 56, 'most'],
    ['bytes a key with all limits, 1M keys', bytes(ALL_LIMITS, MOST) ?? Number.NaN, 56, 'most'],
    ['two threads against one', ratio, 1.7, 'least'],
  ];
  const isMet = ([, value, bound, kind]: (typeof targets)[number]): boolean =>
    kind === 'most' ? value <= bound : value >= bound;
  const verdicts = targets.map((target) => [
    target[0],
    target[1].toFixed(target[1] < 10 ? 2 : 1),
    `${target[3]} ${target[2]}`,
    isMet(target) ? 'met' : 'missed',
  ]);
  const { model } = os.cpus()[0] ?? { model: 'unknown' };
  process.stdout.write(`Node ${process.version}, ${os.cpus().length} × ${model}, ${values.rounds} rounds\n\n`);
  process.stdout.write(
    `${markdownTable(head, rows)}\n\n${markdownTable(['target', 'value', 'bound', ''], verdicts)}\n`,
  );
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify(Object.fromEntries(medians), null, 2)}\n`);
  const isOursRight = names.every((name) => !name.startsWith('fast-') || wrong(name) === null);
  return isOursRight && targets.every(isMet) ? 0 : 1;
}

process.exitCode = await main();
