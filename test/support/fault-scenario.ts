/** One entry of the fault catalogue: what the provider does, and how what the client saw is judged. */
import { looksComplete, type ChatReply } from './chat-client.ts';
import { PROVIDER_KEY, type FaultFleet, type FaultRun } from './fault-fleet.ts';
import { HEALTHY_TEXT } from './scripted-answers.ts';
import type { ProviderCall, Script } from './scripted-provider.ts';
import { judge, type Judgement, type Outcome, type Rule } from './verdict.ts';

export interface FaultScenario {
  /** Id in the catalogue. */
  readonly id: string;
  /** Several scenarios of one id; the worst counts. */
  readonly variant?: string;
  readonly what: string;
  readonly params?: Readonly<Record<string, unknown>>;
  play(fleet: FaultFleet, model: string): Promise<Judgement>;
}

export interface SingleRequest extends Omit<FaultScenario, 'play'> {
  /** Default true. */
  readonly stream?: boolean;
  readonly withinMs: number;
  readonly mostAttempts?: number;
  /** What the deployment does; made anew for each gateway. */
  readonly script: () => Script;
  /** Default: a healthy answer. */
  readonly fallback?: () => Script;
  /** Default: the healthy text. */
  readonly text?: string;
  /** Where something else than the whole text is right; null: judge as usual. */
  readonly outcome?: (run: FaultRun) => Outcome | null;
  readonly rules?: (run: FaultRun) => readonly Rule[];
}

/** A scenario of one request. */
export function oneRequest(scenario: SingleRequest): FaultScenario {
  const { id, what, stream = true, withinMs } = scenario;
  return {
    id,
    what,
    ...(scenario.variant === undefined ? {} : { variant: scenario.variant }),
    ...(scenario.params === undefined ? {} : { params: scenario.params }),
    async play(fleet, model) {
      fleet.script(model, scenario.script(), scenario.fallback?.());
      return judgeRun(scenario, await fleet.ask(model, { stream, withinMs }));
    },
  };
}

/** Without what it needs of a network, for a run that was made otherwise. */
export function judgeRun(
  {
    mostAttempts,
    text = HEALTHY_TEXT,
    outcome,
    rules,
  }: Pick<SingleRequest, 'mostAttempts' | 'text' | 'outcome' | 'rules'>,
  run: FaultRun,
): Judgement {
  const attempts = run.primary.length;
  const most = mostAttempts ?? Number.POSITIVE_INFINITY;
  const found: readonly Rule[] = [
    { text: `${attempts} attempts, at most ${most}`, held: attempts <= most },
    { text: 'serves a normal request afterwards', held: run.servesOn },
    { text: 'the provider’s key is not in the reply', held: !leaksKey(run.reply) },
    ...(rules?.(run) ?? []),
  ];
  const { verdict, reasons } = judge(outcome?.(run) ?? outcomeOf(run, text), found);
  return { verdict, reasons: verdict === 'pass' ? [] : [...reasons, described(run)] };
}

export function outcomeOf({ reply, late }: FaultRun, text: string): Outcome {
  if (late) return 'late';
  if (reply === null) return 'wrong';
  if (looksComplete(reply)) return reply.text === text ? 'right' : 'wrong';
  return isClearError(reply) ? 'clear-error' : 'wrong';
}

/** An error that says something, in a body or in an event of a stream that does not claim a regular end besides. */
export function isClearError(reply: ChatReply): boolean {
  return /\S/.test(reply.error?.message ?? '') && !reply.cut && reply.finishReason !== 'stop';
}

function leaksKey(reply: ChatReply | null): boolean {
  if (reply === null) return false;
  return (reply.raw + JSON.stringify([...reply.headers])).includes(PROVIDER_KEY.slice(-24));
}

function described({ reply, elapsedMs, primary, fallback }: FaultRun): string {
  const seen = `${(elapsedMs / 1000).toFixed(1)} s, ${primary.length} attempts, ${fallback.length} on the fallback`;
  if (reply === null) return `${seen}, no reply`;
  const words = reply.text === '' ? 0 : reply.text.split(' ').length;
  const error = reply.error === null ? '' : `, error ${JSON.stringify(reply.error).slice(0, 300)}`;
  return `${seen}, status ${reply.status}, ${words} words${error}`;
}

/** `early` for the first attempt, `later` for the others. */
export function firstThen(early: Script, later: Script): () => Script {
  return () => {
    let attempts = 0;
    return (call) => (attempts++ === 0 ? early(call) : later(call));
  };
}

/** An error body of the OpenAI form. */
export function refuse(status: number, error: object, headers: readonly string[] = []): Script {
  return (call) => call.answer(status, JSON.stringify({ error }), ['content-type: application/json', ...headers]);
}

export function gapMs(calls: readonly ProviderCall[], index = 1): number | null {
  const [before, after] = [calls[index - 1], calls[index]];
  return before === undefined || after === undefined ? null : after.arrivedMs - before.arrivedMs;
}

/** Attempts in the time after the first one. */
export function attemptsWithin(calls: readonly ProviderCall[], ms: number): number {
  const first = calls[0]?.arrivedMs ?? 0;
  return calls.filter((call) => call.arrivedMs - first < ms).length;
}
