/** A gateway that takes up streams that break off, providers that break them, and what its client sees. */
import { AssembledGateway, openaiDeployment } from './assembled-gateway.ts';
import type { FakeExchange } from './fake-exchange.ts';
import type { FakeUpstreamCall } from './fake-upstream.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import type { Settlement } from '../../src/gateway/pipeline/pipeline.ts';

export const STREAM = ['content-type', 'text/event-stream'];
const FALLBACKS = [{ group: ['other'] }];
export const PREFILLS = { supports_assistant_prefill: true };

export interface Gateway extends AssembledGateway {
  readonly settlements: Settlement[];
}

/** A group of one deployment, with a fallback, whose streams are taken up. */
export function gateway(routerRaw: JsonObject = {}, otherInfo: JsonObject = {}): Gateway {
  const other = openaiDeployment({}, 'other');
  const to = new AssembledGateway({
    deployments: [openaiDeployment(), { ...other, modelInfo: { ...other.modelInfo, ...otherInfo } }],
    routerRaw: { stream_recovery: 'resume', fallbacks: FALLBACKS, ...routerRaw },
  });
  const settlements: Settlement[] = [];
  Object.assign(to.assembly.pipeline, { settled: (one: Settlement) => settlements.push(one) });
  return Object.assign(to, { settlements });
}

export const call = (to: AssembledGateway, at: number): FakeUpstreamCall => to.upstream.calls[at] as FakeUpstreamCall;

export const chunk = (delta: JsonObject, more: JsonObject = {}, from = '1'): string =>
  `data: ${JSON.stringify({
    id: `chatcmpl-${from}`,
    created: Number(from),
    model: `model-${from}`,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  })}\n\n`;
export const says = (text: string, from = '1'): string => chunk({ content: text }, {}, from);
export const stops = (from = '1'): string => `${chunk({}, { finish_reason: 'stop' }, from)}data: [DONE]\n\n`;

/** A stream begins and is still open. */
export function begin(of: FakeUpstreamCall, ...texts: readonly string[]): void {
  of.head(200, STREAM);
  of.data(chunk({ role: 'assistant', content: '' }) + texts.map((text) => says(text)).join(''));
}

export function whole(
  of: FakeUpstreamCall,
  texts: readonly string[],
  from = '2',
  size = Number.POSITIVE_INFINITY,
): void {
  of.head(200, STREAM);
  const text = [chunk({ role: 'assistant', content: '' }, {}, from), ...texts.map((each) => says(each, from))].join('');
  of.data(text + stops(from), size);
  of.receiver.onEnd();
}

export interface Seen {
  readonly text: string;
  readonly events: readonly JsonObject[];
  readonly error: string | null;
  readonly done: boolean;
  readonly comments: readonly string[];
}

export function seen({ text }: FakeExchange): Seen {
  const lines = text.split('\n');
  const data = lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice(6));
  const events = data.filter((each) => each !== '[DONE]').map((each) => JSON.parse(each) as JsonObject);
  const content = events.map((event) => {
    const [choice] = (event['choices'] ?? []) as readonly { delta?: { content?: string }; text?: string }[];
    return choice?.delta?.content ?? choice?.text ?? '';
  });
  const failed = events.find((event) => 'error' in event)?.['error'] as { message: string } | undefined;
  return {
    text: content.join(''),
    events,
    error: failed?.message ?? null,
    done: data.includes('[DONE]'),
    comments: lines.filter((line) => line.startsWith(':')),
  };
}

export const flushed = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
