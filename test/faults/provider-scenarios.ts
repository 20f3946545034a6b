/** What a provider does before its answer begins: S01 to S07, S12, S13, S15, S16 and S07b of the fault catalogue. */
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { looksComplete } from '../support/chat-client.ts';
import type { FaultFleet, FaultRun } from '../support/fault-fleet.ts';
import { scaledMs, STREAM_TIMEOUT_SECONDS, TIMEOUT_MS } from '../support/fault-scale.ts';
import {
  attemptsWithin,
  firstThen,
  gapMs,
  judgeRun,
  oneRequest,
  refuse,
  type FaultScenario,
} from '../support/fault-scenario.ts';
import { answerPaced, endStream, speak, USAGE, WORDS } from '../support/scripted-answers.ts';
import type { Script } from '../support/scripted-provider.ts';
import { judgeRules, together, type Judgement, type Rule } from '../support/verdict.ts';

export const overloaded = refuse(503, { message: 'overloaded', type: 'server_error' });

export function tooMany(headers: readonly string[] = []): Script {
  return refuse(429, { message: 'slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' }, headers);
}

/** Headers at once, the first token after a while. */
const slowToBegin: Script = async (call) => {
  call.streamHead();
  await call.pause(scaledMs(20));
  await speak(call, WORDS);
  if (call.connectionOpen) endStream(call);
};

const BACK_OFF_LIMIT_MS = 40_000;
const RETRY_LIMIT_MS = 20_000;

function answeredByFallback({ primary, fallback }: FaultRun): Rule {
  return { text: `${primary.length} attempts, then the fallback`, held: fallback.length === 1 };
}

const REASON = 'your request was rejected by our safety system';

export const PROVIDER_SCENARIOS: readonly FaultScenario[] = [
  oneRequest({
    id: 'S01',
    what: '429 with Retry-After: 2, then healthy',
    withinMs: RETRY_LIMIT_MS,
    script: firstThen(tooMany(['retry-after: 2']), answerPaced),
    rules: ({ primary }) => [
      { text: 'at most two attempts in 1.5 s', held: attemptsWithin(primary, 1500) <= 2 },
      {
        text: `second attempt after ${gapMs(primary)} ms, not before 1.8 s`,
        held: (gapMs(primary) ?? 0) >= 1800,
        advisory: true,
      },
    ],
  }),
  { id: 'S02', what: '429 for ever', play: playEndless429 },
  oneRequest({
    id: 'S03',
    what: '500 once, then healthy',
    withinMs: RETRY_LIMIT_MS,
    script: firstThen(refuse(500, { message: 'internal error', type: 'server_error' }), answerPaced),
    rules: ({ primary }) => [{ text: 'tried again at the same provider', held: primary.length >= 2, advisory: true }],
  }),
  oneRequest({
    id: 'S04',
    what: '503 for ever',
    withinMs: BACK_OFF_LIMIT_MS,
    mostAttempts: 6,
    script: () => overloaded,
    rules: (run) => [answeredByFallback(run)],
  }),
  oneRequest({
    id: 'S05',
    what: 'a reset before any byte, then healthy',
    withinMs: RETRY_LIMIT_MS,
    script: firstThen((call) => call.reset(), answerPaced),
  }),
  oneRequest({
    id: 'S06',
    what: 'silence',
    withinMs: 3 * TIMEOUT_MS + 10_000,
    script: () => (call) => call.pause(scaledMs(120)),
    rules: (run) => [
      answeredByFallback(run),
      { text: 'one attempt at a silent route', held: run.primary.length === 1, advisory: true },
    ],
  }),
  oneRequest({
    id: 'S07',
    what: 'headers, the first token after 20 s',
    withinMs: 3 * TIMEOUT_MS + 10_000,
    script: () => slowToBegin,
    rules: ({ elapsedMs }) => [
      { text: `${elapsedMs.toFixed()} ms, under 15 s by failing over`, held: elapsedMs < scaledMs(15), advisory: true },
    ],
  }),
  oneRequest({
    id: 'S12',
    what: '400 context_length_exceeded',
    withinMs: RETRY_LIMIT_MS,
    mostAttempts: 1,
    script: () =>
      refuse(400, {
        message: "This model's maximum context length is 8192 tokens.",
        type: 'invalid_request_error',
        code: 'context_length_exceeded',
      }),
    rules: (run) => [answeredByFallback(run)],
  }),
  oneRequest({
    id: 'S13',
    what: '400 content_policy_violation',
    withinMs: RETRY_LIMIT_MS,
    mostAttempts: 1,
    script: () => refuse(400, { message: REASON, type: 'invalid_request_error', code: 'content_policy_violation' }),
    outcome: ({ reply }) => (reply?.status === 400 && reply.error?.message?.includes(REASON) === true ? 'right' : null),
    rules: ({ reply }) => [
      {
        text: 'the provider’s reason, not another answer',
        held: reply !== null && !looksComplete(reply),
        advisory: true,
      },
    ],
  }),
  { id: 'S15', what: '503 for a minute, then healthy; twenty requests', play: playOutage },
  oneRequest({
    id: 'S16',
    what: '503 for ever: the reply says who answered',
    withinMs: BACK_OFF_LIMIT_MS,
    mostAttempts: 6,
    script: () => overloaded,
    rules: ({ reply }) => [
      { text: `model is ${reply?.model}, the fallback`, held: reply?.model === 's16-fallback', advisory: true },
      { text: 'usage of one completion', held: isDeepStrictEqual(reply?.usage, USAGE), advisory: true },
    ],
  }),
];

/** With a limit on the time to the first token. */
export const FIRST_TOKEN_SCENARIOS: readonly FaultScenario[] = [
  oneRequest({
    id: 'S07b',
    what: 'headers, the first token after 20 s, stream_timeout set',
    params: { stream_timeout: STREAM_TIMEOUT_SECONDS },
    // 15 s, of which 5 s are not waiting and so not scaled.
    withinMs: STREAM_TIMEOUT_SECONDS * 1000 + 5000,
    mostAttempts: 1,
    script: () => slowToBegin,
    rules: (run) => [answeredByFallback(run)],
  }),
];

/** Three requests at once, told apart by their users: whether back-offs differ is seen in nothing less. */
async function playEndless429(fleet: FaultFleet, model: string): Promise<Judgement> {
  fleet.script(model, tooMany());
  const runs = await Promise.all(
    ['a', 'b', 'c'].map(async (user) => {
      const run = await fleet.ask(model, { stream: true, withinMs: BACK_OFF_LIMIT_MS, body: { user } });
      return { ...run, primary: run.primary.filter((call) => call.json['user'] === user) };
    }),
  );
  const each = runs.map((run) =>
    judgeRun(
      {
        mostAttempts: 6,
        rules: () => [{ text: 'at most four attempts in 3 s', held: attemptsWithin(run.primary, 3000) <= 4 }],
      },
      run,
    ),
  );
  const gaps = runs.flatMap(({ primary }) => gapMs(primary) ?? []);
  const spread = Math.max(...gaps) - Math.min(...gaps);
  const jitter = { text: `back-offs differ by ${spread.toFixed(1)} ms: jitter`, held: gaps.length < 2 || spread > 10 };
  return together([...each, judgeRules([jitter])]);
}

const OUTAGE_REQUESTS = 20;
const BACK_WITHIN_MS = 30_000;

async function playOutage(fleet: FaultFleet, model: string): Promise<Judgement> {
  const recoversMs = performance.now() + scaledMs(60);
  fleet.script(model, (call) => (performance.now() < recoversMs ? overloaded(call) : answerPaced(call)));
  const judgements: Judgement[] = [];
  let primarySeen = 0;
  let fallbackSeen = 0;
  let backMs: number | null = null;
  for (let index = 0; index < OUTAGE_REQUESTS || backMs === null; index += 1) {
    const nextMs = performance.now() + scaledMs(4);
    const run = await fleet.ask(model, { stream: true, withinMs: BACK_OFF_LIMIT_MS });
    const duringOutage = run.startedMs + run.elapsedMs < recoversMs;
    const mine = { ...run, primary: run.primary.slice(primarySeen), fallback: run.fallback.slice(fallbackSeen) };
    primarySeen = run.primary.length;
    fallbackSeen = run.fallback.length;
    if (mine.fallback.length === 0) backMs ??= run.startedMs + run.elapsedMs;
    judgements.push(judgeRun({ rules: () => (duringOutage ? [answeredByFallback(mine)] : []) }, mine));
    if (performance.now() > recoversMs + BACK_WITHIN_MS) break;
    await pause(Math.max(0, nextMs - performance.now()));
  }
  const back = {
    text: 'back on the primary within 30 s',
    held: backMs !== null && backMs < recoversMs + BACK_WITHIN_MS,
  };
  return together([...judgements, judgeRules([back])]);
}
