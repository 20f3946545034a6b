/** Faults of the catalogue behind a beginning that says nothing, and so before the first content: the fallback answers. */
import { scaledMs, STREAM_TIMEOUT_SECONDS, TIMEOUT_MS } from '../support/fault-scale.ts';
import type { FaultRun } from '../support/fault-fleet.ts';
import { oneRequest, type FaultScenario } from '../support/fault-scenario.ts';
import { endStream, opening, speak, WORDS } from '../support/scripted-answers.ts';
import type { ProviderCall, Script } from '../support/scripted-provider.ts';
import type { Rule } from '../support/verdict.ts';
import { boundedByTimeout, LIMIT_MS } from './more-provider-scenarios.ts';

/** A role and an empty piece, then something else. */
function opens(then: (call: ProviderCall) => void | Promise<void>): () => Script {
  return () => async (call) => {
    call.streamHead();
    for (const event of opening(call.model)) call.event(event);
    // The gateway has them before what follows, which may be a reset.
    await call.pause(50);
    await then(call);
  };
}

function answeredByFallback({ reply, fallback }: FaultRun): readonly Rule[] {
  return [
    { text: 'the fallback answers', held: fallback.length === 1 },
    { text: 'nothing of the primary at the client', held: reply?.raw.includes('"role"') === false },
  ];
}

const comments = async (call: ProviderCall): Promise<void> => {
  for (const endsMs = performance.now() + scaledMs(60); call.connectionOpen && performance.now() < endsMs;) {
    call.chunk(': keep-alive\n\n');
    await call.pause(300);
  }
};

const variant = 'opened';
const withinMs = LIMIT_MS;
const rules = answeredByFallback;

export const OPENING_SCENARIOS: readonly FaultScenario[] = [
  oneRequest({ id: 'S08', variant, what: 'a role, then FIN', withinMs, rules, script: opens((call) => call.end()) }),
  oneRequest({
    id: 'E02',
    variant,
    what: 'a role, then comments',
    withinMs: 3 * TIMEOUT_MS + 10_000,
    rules: (run) => [...boundedByTimeout(run), ...rules(run)],
    script: opens(comments),
  }),
  oneRequest({
    id: 'E03',
    variant,
    what: 'a role, then an error event',
    withinMs,
    rules,
    script: opens((call) => {
      call.event({ error: { message: 'the engine is overloaded', type: 'server_error', code: 'overloaded' } });
      call.endChunks();
    }),
  }),
  oneRequest({
    id: 'E17',
    variant,
    what: 'a role, then silence',
    withinMs: 3 * TIMEOUT_MS + 10_000,
    mostAttempts: 1,
    rules: (run) => [...boundedByTimeout(run), ...rules(run)],
    script: opens((call) => call.pause(scaledMs(120))),
  }),
  oneRequest({
    id: 'E22',
    variant,
    what: 'a role, then a reset',
    withinMs,
    mostAttempts: 3,
    rules,
    script: opens((call) => call.reset()),
  }),
  oneRequest({
    id: 'S07b',
    variant,
    what: 'a role, the first token after 20 s',
    params: { stream_timeout: STREAM_TIMEOUT_SECONDS },
    // 15 s, of which 5 s are not waiting and so not scaled.
    withinMs: STREAM_TIMEOUT_SECONDS * 1000 + 5000,
    mostAttempts: 1,
    rules,
    script: opens(async (call) => {
      await call.pause(scaledMs(20));
      await speak(call, WORDS);
      if (call.connectionOpen) endStream(call);
    }),
  }),
];
