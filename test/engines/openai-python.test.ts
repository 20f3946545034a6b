/**
 * The official OpenAI package for Python against a running gateway. Needs an interpreter that has it, named by
 * PYTHON_WITH_OPENAI; without one the suite fails, since a suite that skips proves nothing.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.ts';

interface Outcome {
  readonly case: string;
  readonly result?: unknown;
  readonly failure?: string;
}

const SCRIPT = path.join(import.meta.dirname, 'openai_client.py');

let gateway: GatewayProcess;
const outcomes = new Map<string, Outcome>();

beforeAll(async () => {
  const python = process.env['PYTHON_WITH_OPENAI'];
  if (python === undefined || python === '') {
    throw new Error(
      'Set PYTHON_WITH_OPENAI to a Python that has the openai package: python3 -m venv .venv && ' +
        '.venv/bin/pip install openai && PYTHON_WITH_OPENAI=$PWD/.venv/bin/python npm run test:engines',
    );
  }
  // One deployment gives every answer here, refusals too, so it must never rest after one.
  gateway = await GatewayProcess.start(`
model_list:
  - model_name: named
    litellm_params: { model: simulated/fast }
  - model_name: simulated/*
    litellm_params: { model: simulated/*, cooldown_time: 0 }
general_settings: { master_key: sk-1234 }
`);
  const { stdout } = await promisify(execFile)(python, [SCRIPT, `${gateway.url}/v1`, 'sk-1234'], { timeout: 60_000 });
  for (const line of stdout.trim().split('\n')) {
    const outcome = JSON.parse(line) as Outcome;
    outcomes.set(outcome.case, outcome);
  }
}, 90_000);

afterAll(() => gateway?.stop());

const WEATHER = { name: 'get_weather', arguments: ['city', 'days'] };
const twice = (name: string): [string, string] => [name, name];

describe('openai for Python', () => {
  it.each<readonly [string, unknown]>([
    ['chat', { text: true, model: 'simulated/fast', tokens: true }],
    ['stream', { text: true, finish: 'stop', last_choices: [], tokens: true }],
    ['stream_without_usage', { every_chunk_has_a_choice: true }],
    ['tools', WEATHER],
    ['tools_streamed', WEATHER],
    ['embeddings', { count: 16, same: true }],
    ['completions', { text: true }],
    ['responses', { text: true, first: 'response.created', last: 'response.completed' }],
    ['images', { bytes: true }],
    ['speech', { bytes: true }],
    ['transcription', { text: true }],
    ['moderations', { flagged: true }],
    ['models', { named: true }],
    [
      'errors',
      {
        400: twice('BadRequestError'),
        401: twice('AuthenticationError'),
        403: twice('PermissionDeniedError'),
        404: twice('NotFoundError'),
        422: twice('UnprocessableEntityError'),
        429: twice('RateLimitError'),
        500: twice('InternalServerError'),
        503: twice('InternalServerError'),
      },
    ],
    ['retry_after', { class: 'RateLimitError', status: 429, code: expect.anything(), retry_after: '1' }],
    ['context_window', { class: 'BadRequestError', status: 400, code: 'context_length_exceeded', retry_after: null }],
    ['wrong_key', { class: 'AuthenticationError', status: 401, code: expect.anything(), retry_after: null }],
    ['broken_stream', { class: 'APIError' }],
    ['cut_stream', { class: 'APIError' }],
    ['closed_stream', { next: true }],
  ])('%s', (name, expected) => {
    expect(outcomes.get(name)?.failure).toBeUndefined();
    expect(outcomes.get(name)?.result).toEqual(expected);
  });

  it('ran every case', () => {
    expect(outcomes.size).toBe(20);
  });
});
