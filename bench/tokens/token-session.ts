/** The rows of the token benchmark and what it takes to run some of them: used by its own command and by `npm run bench`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Timing } from '../child/protocol.ts';
import { runJob, type JobResult } from '../child/run-job.ts';
import { ROOT } from '../installed.ts';
import type { Contestant } from './contestants.ts';
import type { CallInput, TokenInput } from './protocol.ts';
import { buildRows, type EncodingName, type Row } from './rows.ts';
import { loadTexts, SHORT_TEXT, type Texts } from './texts.ts';

export const CALL: CallInput = {
  model: 'gpt-4o',
  messages: [{ role: 'user', content: SHORT_TEXT }],
  response: {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-4o',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Paris, by an old choice.' } }],
    usage: {
      prompt_tokens: 120,
      completion_tokens: 40,
      total_tokens: 160,
      prompt_tokens_details: { cached_tokens: 20, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 10, audio_tokens: 0 },
    },
  },
};

/** Texts that are not this repository's own; without it substitutes are used, and named. */
export const CORPUS = path.join(ROOT, '../shared/bench/micro/inputs.json.gz');
const TIMING: Timing = { warmUpMs: 100, sampleMs: 25 };

export class TokenSession {
  readonly texts: Texts;
  readonly rows: readonly Row[];
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'token-bench-'));
  readonly #limitMs: number;

  /** @param limitMs a row that takes longer is not measured */
  constructor(corpus: string, isWanted: (row: string) => boolean, limitMs: number) {
    this.texts = loadTexts(ROOT, corpus);
    this.rows = buildRows(this.texts).filter(({ facts }) => isWanted(facts.name));
    this.#limitMs = limitMs;
    const texts = Object.fromEntries(this.rows.map((row) => [row.facts.name, row.passes]));
    writeFileSync(this.#textsFile, JSON.stringify(texts));
  }

  get #textsFile(): string {
    return path.join(this.#folder, 'texts.json');
  }

  async run(contestant: Contestant, encoding: EncodingName, rows: readonly string[]): Promise<JobResult> {
    const input: TokenInput = { encoding, textsFile: this.#textsFile, firstText: SHORT_TEXT, call: CALL };
    const job = { contestant: contestant.name, rows, limitMs: this.#limitMs, timing: TIMING, input };
    return runJob(contestant.runner, job, path.join(this.#folder, 'job.json'));
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
