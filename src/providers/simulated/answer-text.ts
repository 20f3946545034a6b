/** The words of a simulated answer: repeats the question, says what it is, and goes on for as long as asked. */
import { countTokens } from './request-body.ts';
import { seededRandom, type SeededRandom } from './seeded-random.ts';

const QUOTED_CHARACTERS = 120;
const CHARACTERS_PER_TOKEN = 4;
const SHORTEST_ANSWER = 24;
const LONGEST_ANSWER = 80;

const SUBJECTS = ['The gateway', 'A deployment', 'This stream', 'The router', 'Each request', 'A careful reader'];
const VERBS = ['forwards', 'counts', 'keeps', 'measures', 'repeats', 'answers'];
const OBJECTS = [
  'every chunk as it comes',
  'the tokens of the prompt',
  'one small promise',
  'what it was told',
  'the time',
];
const ENDS = ['without delay', 'in good order', 'as agreed', 'before the next one', 'and nothing else'];

export interface AnswerOptions {
  readonly question: string;
  readonly seed: number;
  /** Exact length in simulated tokens; null: chosen from the seed. */
  readonly tokens: number | null;
  /** Largest length in simulated tokens. */
  readonly maxTokens: number | null;
  readonly stop: readonly string[];
}

export interface AnswerText {
  readonly text: string;
  readonly finishReason: 'stop' | 'length';
}

export function answerText(options: AnswerOptions): AnswerText {
  const random = seededRandom(options.seed);
  const wanted = options.tokens ?? random.between(SHORTEST_ANSWER, LONGEST_ANSWER);
  let text = opening(options.question);
  while (countTokens(text) < wanted) text += ` ${sentence(random)}`;
  if (options.tokens !== null) text = text.slice(0, options.tokens * CHARACTERS_PER_TOKEN).toWellFormed();
  return limitText(text, options);
}

/** Applies the length limit and the stop sequences as a provider does. */
export function limitText(text: string, { maxTokens, stop }: Pick<AnswerOptions, 'maxTokens' | 'stop'>): AnswerText {
  const stops = stop.map((word) => (word === '' ? -1 : text.indexOf(word))).filter((index) => index !== -1);
  const stopped = stops.length === 0 ? text : text.slice(0, Math.min(...stops));
  if (maxTokens === null || countTokens(stopped) <= maxTokens) return { text: stopped, finishReason: 'stop' };
  return { text: stopped.slice(0, maxTokens * CHARACTERS_PER_TOKEN).toWellFormed(), finishReason: 'length' };
}

/** Pieces of a stream: words with the blank before them. Joined again they are the text. */
export function* pieces(text: string): Generator<string> {
  for (const match of text.matchAll(/\s*\S+|\s+$/g)) yield match[0];
}

function opening(question: string): string {
  const quoted = question.replaceAll(/\s+/g, ' ').trim();
  if (quoted === '') return 'This is a simulated answer.';
  const short = quoted.length > QUOTED_CHARACTERS ? `${quoted.slice(0, QUOTED_CHARACTERS).toWellFormed()}…` : quoted;
  return `This is a simulated answer to “${short}”.`;
}

function sentence(random: SeededRandom): string {
  return `${pick(SUBJECTS, random)} ${pick(VERBS, random)} ${pick(OBJECTS, random)} ${pick(ENDS, random)}.`;
}

function pick(words: readonly string[], random: SeededRandom): string {
  return words[random.between(0, words.length - 1)] ?? '';
}
