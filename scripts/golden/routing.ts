/**
 * Golden set `routing`: shares of picks, picks after a history, and whole requests over retries, cooldowns and
 * fallbacks against providers that answer by script.
 *
 * Requests: every recorded outcome is replayed by searching for the random choices that lead to its calls; then sleeps,
 * cooldowns, headers and messages must be the recorded ones. For rows of one request all our outcomes are listed too:
 * were recorded ones so rare among them that the recording could hardly have come about, the row fails.
 */
import { seededRandom } from '../../test/support/seeded-random.ts';
import type { RoutingFailure } from '../../src/router/contract.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../src/protocol/json.ts';
import { routingRequest } from '../../src/router/routing-request.ts';
import { difference } from './difference.ts';
import { choicePaths, findPath } from './routing/choices.ts';
import { playRequests, type Step } from './routing/play-requests.ts';
import { buildCore, className, type History } from './routing/setup.ts';
import { replayHistory } from './routing/replay-history.ts';
import type { GoldenContext, GoldenOutcome, GoldenRunner } from './runner.ts';

const PICKS = 20_000;
/** Below this the recorded runs could not have come from our distribution. */
const HARDLY_POSSIBLE = 1e-4;
/** Messages were cut at this length. */
const RECORDED_MESSAGE = 400;

async function runRequests(row: JsonObject): Promise<GoldenOutcome> {
  const expected = row['expected'] as JsonObject;
  const outcomes = (expected['outcomes'] as readonly JsonObject[]).map((outcome) => outcome['steps'] as JsonValue);
  for (const [index, wanted] of outcomes.entries()) {
    const steps = wanted as unknown as readonly Step[];
    const calls = steps.map((step) => step.calls);
    const found = await findPath((choose) => playRequests(row, choose, calls));
    if (found === null) return `outcome ${index}: no choice of deployments leads to the calls ${JSON.stringify(calls)}`;
    const differs = difference(wanted, shortened(found), { tolerance: 1e-9 });
    if (differs !== null) return `outcome ${index}: ${differs}`;
  }
  const requests = (row['events'] as JsonObject)['requests'] as readonly JsonValue[];
  return requests.length === 1 ? listOutcomes(row, outcomes, expected['runs'] as number) : null;
}

async function listOutcomes(row: JsonObject, outcomes: readonly JsonValue[], runs: number): Promise<GoldenOutcome> {
  let listed = 0;
  let unlisted = '';
  for await (const { share, result } of choicePaths((choose) => playRequests(row, choose, null))) {
    const steps = shortened(result);
    if (outcomes.some((wanted) => difference(wanted, steps, { tolerance: 1e-9 }) === null)) listed += share;
    else unlisted = JSON.stringify(steps);
  }
  if (listed ** runs >= HARDLY_POSSIBLE) return null;
  return `recorded outcomes make up ${listed} of ours, in ${runs} runs; not recorded: ${unlisted}`;
}

function shortened(steps: readonly Step[]): unknown {
  return steps.map((step) => {
    const { message } = step.result;
    const cut = typeof message === 'string' ? { message: asPython(message).slice(0, RECORDED_MESSAGE) } : {};
    return { ...step, result: { ...step.result, ...cut } };
  });
}

/** Python writes 6000.0 where we write 6000; the time taken is the recorder's. */
function asPython(message: string): string {
  return message.replaceAll(/value=6000, time taken=0\.00 seconds/g, 'value=6000.0, time taken=0.0 seconds');
}

async function runPicks(row: JsonObject, context: GoldenContext): Promise<GoldenOutcome> {
  const random = seededRandom(20_261_124);
  const { core, clock } = await buildCore(row, { random, prices: context.prices });
  const events = row['events'] as readonly JsonObject[];
  const history = replayHistory(core, clock, events);
  const request = pickRequest(row, history);
  const counts = new Map<string, number>();
  for (let pick = 0; pick < PICKS; pick++) {
    const found = core.peek(request);
    if (found === null) break;
    counts.set(found.id, (counts.get(found.id) ?? 0) + 1);
  }
  const expected = row['expected'] as JsonObject;
  return (
    checkShares(expected, counts) ??
    checkErrors(expected, counts.size === 0 ? core.route(request) : null) ??
    checkModel(expected, core.route(request)) ??
    checkState(expected, core)
  );
}

function pickRequest(row: JsonObject, history: History) {
  const name = row['name'] as string;
  // Two requests that the rows do not state.
  const model = name === 'unknown-group' ? 'nope' : (history.model ?? 'g');
  const tokens = name.endsWith('prompt-too-big') ? 1000 : history.promptTokens;
  return routingRequest(model, { ...history.request, inputTokens: () => tokens });
}

function checkShares(expected: JsonObject, counts: ReadonlyMap<string, number>): GoldenOutcome {
  const picks = expected['picks'] as number;
  const shares = expected['shares'] as Readonly<Record<string, number>>;
  for (const id of new Set([...Object.keys(shares), ...counts.keys()])) {
    const want = shares[id] ?? 0;
    const got = (counts.get(id) ?? 0) / PICKS;
    const spread = Math.sqrt(want * (1 - want) * (1 / picks + 1 / PICKS));
    if (Math.abs(want - got) > 4.5 * spread + 1e-4) return `share of ${id}: want ${want} got ${got}`;
  }
  return null;
}

type Route = ReturnType<Awaited<ReturnType<typeof buildCore>>['core']['route']>;

function checkErrors(expected: JsonObject, route: Route | null): GoldenOutcome {
  const errors = Object.keys((expected['errors'] as JsonObject | undefined) ?? {});
  if (route === null) return errors.length === 0 ? null : `want the error ${errors[0]}, got picks`;
  const decision = route.next();
  if (decision.kind !== 'give-up') return `want the error ${errors[0]}, got ${decision.kind}`;
  const { failure } = decision.outcome;
  const got = `${nameOf(failure)}: ${failure.error.message}`;
  const [want] = errors;
  return want !== undefined && got.startsWith(want) ? null : `want the error ${want} got ${got}`;
}

function nameOf(failure: RoutingFailure): string {
  return failure.reason === 'tags' ? 'ValueError' : className(failure);
}

function checkModel(expected: JsonObject, route: Route): GoldenOutcome {
  if (expected['model_after'] === undefined) return null;
  const decision = route.next();
  return difference(expected['model_after'], decision.kind === 'attempt' ? decision.model : decision.kind);
}

function checkState(expected: JsonObject, core: Awaited<ReturnType<typeof buildCore>>['core']): GoldenOutcome {
  const state = expected['state'];
  if (!isJsonObject(state)) return null;
  const got: Record<string, unknown> = {};
  for (const { id, slot } of core.facts.rows) {
    const latency = [...core.latencies.latencies(slot)];
    if (latency.length > 0) got[id] = { latency };
  }
  return difference(state, got, { tolerance: 1e-12 });
}

export const runner: GoldenRunner = {
  sets: /^routing$/,
  run(row, context) {
    const { events } = row as { events: JsonValue };
    return isJsonArray(events) ? runPicks(row, context) : runRequests(row);
  },
};
