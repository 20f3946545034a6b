/** E10 and E12 to E22 of the fault catalogue: answers that are large, slow, cut, or none at all. */
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultFleet } from '../support/fault-fleet.ts';
import { scaledMs, TIMEOUT_MS } from '../support/fault-scale.ts';
import { judgeRun, oneRequest, type FaultScenario } from '../support/fault-scenario.ts';
import { cpuSeconds } from '../support/process-figures.ts';
import { completion, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import type { ProviderCall, Script } from '../support/scripted-provider.ts';
import { judgeRules, together, type Judgement } from '../support/verdict.ts';
import { boundedByTimeout, LIMIT_MS } from './more-provider-scenarios.ts';
import { after } from './stream-scenarios.ts';

const JSON_HEAD = 'content-type: application/json';
const MEGABYTE = 1_000_000;
const ERROR_MEGABYTES = 114;
const LARGE_TEXT = 'ä0123456789'.repeat(830_000);

const byteAfterByte: Script = async (call) => {
  const body = completion(call.model, HEALTHY_TEXT);
  call.head(200, [JSON_HEAD, `content-length: ${body.length}`]);
  for (let sent = 0; sent < body.length && call.connectionOpen; sent += 1) {
    call.write(body.charAt(sent));
    await call.pause(100);
  }
};

const resetInBody: Script = async (call) => {
  const body = completion(call.model, HEALTHY_TEXT);
  call.head(200, [JSON_HEAD, `content-length: ${body.length}`]);
  await call.writeAll(body.slice(0, body.length / 2));
  call.reset();
};

const resetAfterHead: Script = async (call) => {
  call.streamHead();
  await call.writeAll('');
  call.reset();
};

/** An error event, and then the end that a healthy stream has. */
export function errorEvent(error: object): (call: ProviderCall) => void {
  return (call) => {
    call.event({ error });
    call.event('[DONE]');
    call.endChunks();
  };
}

const PAGE = '<!doctype html><html><head><title>Log in</title></head><body>please</body></html>';

export const BROKEN_ANSWER_SCENARIOS: readonly FaultScenario[] = [
  oneRequest({
    id: 'E10',
    what: 'an answer of 10 MB',
    withinMs: LIMIT_MS,
    stream: false,
    text: LARGE_TEXT,
    script: () => (call) => call.answer(200, completion(call.model, LARGE_TEXT)),
  }),
  oneRequest({
    id: 'E12',
    what: 'one byte every 100 ms',
    withinMs: 3 * TIMEOUT_MS + 10_000,
    stream: false,
    script: () => byteAfterByte,
    rules: boundedByTimeout,
  }),
  oneRequest({
    id: 'E13',
    what: '200 with truncated JSON',
    withinMs: LIMIT_MS,
    stream: false,
    mostAttempts: 3,
    script: () => (call) => call.answer(200, completion(call.model, HEALTHY_TEXT).slice(0, 200)),
  }),
  oneRequest({
    id: 'E14',
    what: 'a reset in the middle of a JSON body, always',
    withinMs: LIMIT_MS,
    stream: false,
    mostAttempts: 3,
    script: () => resetInBody,
  }),
  oneRequest({
    id: 'E15',
    what: 'a reset after 40 words',
    withinMs: LIMIT_MS,
    script: after(40, (call) => call.reset()),
  }),
  oneRequest({
    id: 'E16',
    what: 'an error event after 20 words',
    withinMs: LIMIT_MS,
    script: after(20, errorEvent({ message: 'the engine died', type: 'server_error' })),
  }),
  oneRequest({
    id: 'E17',
    what: 'headers of a stream, then silence',
    withinMs: 3 * TIMEOUT_MS + 10_000,
    script: after(0, (call) => call.pause(scaledMs(120))),
    rules: (run) => [
      ...boundedByTimeout(run),
      { text: 'one attempt', held: run.primary.length === 1, advisory: true },
      { text: 'the fallback answers', held: run.fallback.length === 1 },
    ],
  }),
  hugeError(),
  oneRequest({
    id: 'E20',
    what: 'a response header of 200 KB',
    withinMs: LIMIT_MS,
    stream: false,
    mostAttempts: 3,
    script: () => (call) =>
      call.answer(200, completion(call.model, HEALTHY_TEXT), [JSON_HEAD, `x-big: ${'h'.repeat(200_000)}`]),
  }),
  ...[true, false].map((stream) =>
    oneRequest({
      id: 'E21',
      variant: stream ? 'stream' : 'plain',
      what: 'an HTML page with 200',
      withinMs: LIMIT_MS,
      stream,
      script: () => (call) => call.answer(200, PAGE, ['content-type: text/html']),
    }),
  ),
  oneRequest({
    id: 'E22',
    what: 'headers, then a reset',
    withinMs: LIMIT_MS,
    mostAttempts: 3,
    script: () => resetAfterHead,
  }),
];

function hugeError(): FaultScenario {
  const block = Buffer.alloc(MEGABYTE, 'x');
  let mostTaken = 0;
  return oneRequest({
    id: 'E19',
    what: '500 with a body of 114 MB',
    withinMs: LIMIT_MS,
    stream: false,
    mostAttempts: 3,
    script: () => async (call) => {
      call.head(500, [JSON_HEAD, `content-length: ${ERROR_MEGABYTES * MEGABYTE}`]);
      call.write('{"error":{"message":"');
      for (let written = 1; written < ERROR_MEGABYTES && call.connectionOpen; written += 1) {
        await call.writeAll(block);
        if (call.connectionOpen) mostTaken = Math.max(mostTaken, written);
      }
    },
    rules: ({ reply }) => [
      { text: 'less than 1 MB for the client', held: (reply?.raw.length ?? 0) < MEGABYTE, advisory: true },
      { text: `${mostTaken} MB read, less than 16`, held: mostTaken < 16, advisory: true },
    ],
  });
}

/** Alone before its gateway, whose use of the processor is measured. */
export const IDLE_AFTERWARDS: FaultScenario = {
  id: 'E18',
  what: 'a rate-limit error event after 20 words, and an idle process afterwards',
  async play(fleet: FaultFleet, model: string): Promise<Judgement> {
    const error = { message: 'too many tokens', type: 'rate_limit_error', code: 'rate_limit_exceeded' };
    fleet.script(model, after(20, errorEvent(error))());
    const run = await fleet.ask(model, { stream: true, withinMs: LIMIT_MS });
    const before = cpuSeconds(fleet.gateway.pid);
    await pause(3000);
    const used = cpuSeconds(fleet.gateway.pid) - before;
    const idle = { text: `${used.toFixed(2)} CPU seconds in 3 s, less than 1.5`, held: used < 1.5 };
    return together([judgeRun({}, run), judgeRules([idle, { text: 'serves on', held: await fleet.servesOn() }])]);
  },
};
