/** What a provider does in the middle of a stream: S08 to S11, S14 and S09b of the fault catalogue. */
import { isDeepStrictEqual } from 'node:util';
import { scaledMs, STREAM_TIMEOUT_SECONDS } from '../support/fault-scale.ts';
import { oneRequest, type FaultScenario, type SingleRequest } from '../support/fault-scenario.ts';
import {
  answerPaced,
  endStream,
  part,
  prefillOf,
  speak,
  USAGE,
  usagePart,
  WORDS,
} from '../support/scripted-answers.ts';
import type { ProviderCall, Script } from '../support/scripted-provider.ts';

const LIMIT_MS = 20_000;

/** Says so many words, then does something else. */
export function after(words: number, then: (call: ProviderCall) => void | Promise<void>): () => Script {
  return () => async (call) => {
    call.streamHead();
    await speak(call, WORDS.slice(0, words));
    await then(call);
  };
}

const fallsSilent = after(20, async (call) => {
  await call.pause(scaledMs(30));
  call.end();
});

const PREFILL_ERROR = 'this model does not support assistant message prefill';

/** A fallback that takes no beginning of an answer from the client. */
const rejectsPrefill: Script = async (call) => {
  if (prefillOf(call) === '') await answerPaced(call);
  else call.answer(400, JSON.stringify({ error: { message: PREFILL_ERROR, type: 'invalid_request_error' } }));
};

const BAD_EVENT = '{"choices":[{"index":0,"delta":{"content":"bad';

const stall: Pick<SingleRequest, 'what' | 'script'> = {
  what: 'silent after 20 words, then closed',
  script: fallsSilent,
};

export const STREAM_SCENARIOS: readonly FaultScenario[] = [
  oneRequest({
    id: 'S08',
    what: 'the connection ends after 40 words',
    withinMs: LIMIT_MS,
    script: after(40, (call) => call.end()),
  }),
  oneRequest({
    id: 'S08',
    variant: 'ended',
    what: 'the body ends in order after 40 words',
    withinMs: LIMIT_MS,
    script: after(40, (call) => call.endChunks()),
  }),
  // 45 s, of which 15 s are not waiting and so not scaled.
  oneRequest({ id: 'S09', ...stall, withinMs: scaledMs(30) + 15_000 }),
  oneRequest({
    id: 'S10',
    what: 'the tenth event is no JSON',
    withinMs: LIMIT_MS,
    script: () => async (call) => {
      call.streamHead();
      await speak(call, WORDS.slice(0, 9));
      call.event(BAD_EVENT);
      await speak(call, WORDS.slice(9));
      if (call.connectionOpen) endStream(call);
    },
    rules: ({ reply }) => [
      { text: 'the bad event is not forwarded', held: reply?.raw.includes(BAD_EVENT) === false, advisory: true },
    ],
  }),
  oneRequest({
    id: 'S11',
    what: 'no [DONE]',
    withinMs: 8000,
    script: after(60, (call) => {
      call.event(part(call.model, null, 'stop'));
      call.event(usagePart(call.model));
      call.endChunks();
    }),
    rules: ({ reply }) => [{ text: 'usage', held: isDeepStrictEqual(reply?.usage, USAGE), advisory: true }],
  }),
  oneRequest({
    id: 'S14',
    what: 'as S08, and the fallback refuses prefill',
    withinMs: LIMIT_MS,
    script: after(40, (call) => call.end()),
    fallback: () => rejectsPrefill,
    rules: ({ reply, fallback }) => [
      { text: 'the error is not that of the fallback', held: reply?.raw.includes(PREFILL_ERROR) === false },
      { text: 'no prefill for a target that supports none', held: fallback.every((call) => prefillOf(call) === '') },
    ],
  }),
];

export const STREAM_TIMEOUT_SCENARIOS: readonly FaultScenario[] = [
  oneRequest({
    id: 'S09b',
    ...stall,
    params: { stream_timeout: STREAM_TIMEOUT_SECONDS },
    // 15 s, of which 5 s are not waiting and so not scaled.
    withinMs: STREAM_TIMEOUT_SECONDS * 1000 + 5000,
  }),
];
