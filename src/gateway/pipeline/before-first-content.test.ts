/**
 * What a provider says before its first content leaves no trace: whatever then goes wrong, another deployment answers,
 * and the client's bytes are those that it would have had if the first one had refused at once.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AssembledGateway, MESSAGES, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';
import type { FakeUpstreamCall } from '../../../test/support/fake-upstream.ts';
import type { JsonObject } from '../../protocol/json.ts';

interface Dialect {
  readonly target: string;
  readonly body: JsonObject;
  /** `litellm_params` of both deployments. */
  readonly params: JsonObject;
  /** Without content. */
  readonly opening: readonly JsonObject[];
  readonly answer: readonly JsonObject[];
  readonly error: JsonObject;
  readonly ends: string;
}

const chunk = (choice: JsonObject, from = '1'): JsonObject => ({
  id: `chatcmpl-${from}`,
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, logprobs: null, finish_reason: null, ...choice }],
});
const textChunk = (text: string, reason: string | null, from: string): JsonObject => ({
  id: `cmpl-${from}`,
  object: 'text_completion',
  created: 1,
  model: 'gpt-4o',
  choices: [{ index: 0, text, logprobs: null, finish_reason: reason }],
});
const response = (id: string, status: string): JsonObject => ({
  id,
  object: 'response',
  status,
  model: 'm',
  output: [],
});
const item = { id: 'msg_1', type: 'message', status: 'in_progress', role: 'assistant', content: [] };
const DONE = 'data: [DONE]\n\n';

const CHAT: Dialect = {
  target: '/v1/chat/completions',
  body: { messages: MESSAGES },
  params: {},
  opening: [
    { ...chunk({}), choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
    chunk({ delta: { role: 'assistant', content: '', refusal: null } }),
    chunk({ delta: {} }),
  ],
  answer: [
    chunk({ delta: { role: 'assistant', content: '' } }, '2'),
    chunk({ delta: { content: 'Grüße' } }, '2'),
    chunk({ delta: {}, finish_reason: 'stop' }, '2'),
  ],
  error: { error: { message: 'overloaded', type: 'server_error', code: 503 } },
  ends: DONE,
};

const DIALECTS: Readonly<Record<string, Dialect>> = {
  chat: CHAT,
  'chat with its reasoning merged': { ...CHAT, params: { merge_reasoning_content_in_choices: true } },
  'text completions': {
    ...CHAT,
    target: '/v1/completions',
    body: { prompt: 'hello' },
    params: { model: 'text-completion-openai/gpt-3.5-turbo-instruct' },
    opening: [textChunk('', null, '1')],
    answer: [textChunk('', null, '2'), textChunk('Grüße', null, '2'), textChunk('', 'stop', '2')],
  },
  'text completions over chat': {
    ...CHAT,
    target: '/v1/completions',
    body: { prompt: 'hello' },
    params: { model: 'mistral/mistral-small' },
  },
  responses: {
    target: '/v1/responses',
    body: { input: 'hello' },
    params: {},
    opening: [
      { type: 'response.created', response: response('resp_1', 'in_progress') },
      { type: 'response.in_progress', response: response('resp_1', 'in_progress') },
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.content_part.added', part: { type: 'output_text', text: '', annotations: [] } },
    ],
    answer: [
      { type: 'response.created', response: response('resp_2', 'in_progress') },
      { type: 'response.output_text.delta', delta: 'Grüße' },
      { type: 'response.completed', response: response('resp_2', 'completed') },
    ],
    error: { type: 'error', code: 'server_error', message: 'overloaded', param: null },
    ends: '',
  },
};

/** Ends of a stream that is no answer. The receiver's are what the pools tell. */
const FAULTS: Readonly<Record<string, (call: FakeUpstreamCall, dialect: Dialect) => void>> = {
  'reports an error': (call, { error }) => call.data(bytesOf([error])),
  'is cut': ({ receiver }) =>
    receiver.onError({ code: 'reset', message: 'connection reset', unsent: false, reusedConnection: false }),
  'ends in order': ({ receiver }) => receiver.onEnd(),
  stalls: ({ receiver }) => receiver.onDeadline('first-byte', 5000, 5001),
  'sends what is no JSON, and ends': (call) => {
    call.data('data: {"choices":[{"delta":{"content":"bad\n\ndata: ]\n\n');
    call.receiver.onEnd();
  },
  'sends one event that never ends': (call) => call.data(Buffer.alloc(17 * 1024 * 1024, 'data: xx')),
};

function bytesOf(events: readonly JsonObject[], lineEnd = '\n'): string {
  return events.map((event) => `data: ${JSON.stringify(event)}${lineEnd}${lineEnd}`).join('');
}

function two({ params }: Dialect, routerRaw: JsonObject = {}): AssembledGateway {
  const deployments = [openaiDeployment(params), openaiDeployment(params, 'other')];
  return new AssembledGateway({ deployments, routerRaw: { fallbacks: [{ group: ['other'] }], ...routerRaw } });
}

function ask(to: AssembledGateway, { target, body }: Dialect): FakeExchange {
  return to.post(target, { model: 'group', stream: true, ...body });
}

const STREAM = ['content-type', 'text/event-stream'];

function answers(call: FakeUpstreamCall, { answer, ends }: Dialect): void {
  call.head(200, STREAM);
  call.data(bytesOf(answer) + ends);
  call.receiver.onEnd();
}

/** The client's bytes; ids of responses, which are encrypted, as what they say. */
function received({ assembly }: AssembledGateway, { text }: FakeExchange): string {
  return text.replaceAll(/"resp_[^"]+"/g, (id) =>
    JSON.stringify(assembly.pipeline.responseIds.decode(JSON.parse(id) as string)),
  );
}

/** What the client has of the second deployment where the first one has said nothing at all. */
function ofTheSecond(dialect: Dialect): string {
  const to = two(dialect);
  const exchange = ask(to, dialect);
  to.upstream.only.answer(500, { error: { message: 'no' } });
  answers(to.upstream.calls[1] as FakeUpstreamCall, dialect);
  expect(exchange.text).toContain('Grüße');
  return received(to, exchange);
}

/** What the client has of the first deployment where its answer comes at once. */
function ofTheFirst(dialect: Dialect): string {
  const to = two(dialect);
  const exchange = ask(to, dialect);
  answers(to.upstream.only, dialect);
  expect(exchange.text).toContain('Grüße');
  return received(to, exchange);
}

/** Everything that a turn of the event loop does. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.each(Object.entries(DIALECTS))('%s', (_name, dialect) => {
  describe.each(Object.entries(FAULTS))('a stream that opens and then %s', (_fault, breaks) => {
    test.each([
      ['whole', Number.POSITIVE_INFINITY, '\n'],
      ['byte by byte', 1, '\n'],
      ['byte by byte with CRLF', 1, '\r\n'],
    ])('is answered by the next deployment (%s)', async (_cut, size, lineEnd) => {
      const to = two(dialect);
      const exchange = ask(to, dialect);
      const first = to.upstream.only;
      first.head(200, STREAM);
      first.data(`: keep-alive${lineEnd}${lineEnd}${bytesOf(dialect.opening, lineEnd)}`, size);
      await turn();
      expect([exchange.headSent, exchange.text, first.contentEvents]).toEqual([false, '', 0]);
      breaks(first, dialect);
      await turn();
      expect([exchange.headSent, to.upstream.calls.length]).toEqual([false, 2]);
      answers(to.upstream.calls[1] as FakeUpstreamCall, dialect);
      expect(received(to, exchange)).toBe(ofTheSecond(dialect));
      expect([exchange.status, exchange.ended, exchange.replied('x-litellm-model-id')]).toEqual([
        200,
        true,
        ['id-other'],
      ]);
    });
  });

  test('a stream that opens and goes on leaves with its first content, in one write', async () => {
    const to = two(dialect);
    const exchange = ask(to, dialect);
    const call = to.upstream.only;
    call.head(200, STREAM);
    const [first, ...rest] = dialect.answer as [JsonObject, ...JsonObject[]];
    call.data(bytesOf([first]), 1);
    await turn();
    expect([exchange.headSent, call.contentEvents]).toEqual([false, 0]);
    call.data(bytesOf(rest.slice(0, 1)), 1);
    await turn();
    expect([exchange.headSent, exchange.parts.length, call.contentEvents]).toEqual([true, 1, 1]);
    call.data(bytesOf(rest.slice(1)) + dialect.ends);
    call.receiver.onEnd();
    expect(received(to, exchange)).toBe(ofTheFirst(dialect));
  });

  test('nobody else: the error is an ordinary reply', async () => {
    const to = new AssembledGateway({ deployments: [openaiDeployment(dialect.params)] });
    const exchange = ask(to, dialect);
    to.upstream.only.head(200, STREAM);
    to.upstream.only.data(bytesOf([...dialect.opening, dialect.error]));
    await turn();
    expect(exchange.status).toBeGreaterThanOrEqual(500);
    expect(exchange.json).toMatchObject({ error: { message: expect.stringContaining('overloaded') } });
    expect(exchange.replied('content-type')).toEqual(['application/json']);
  });
});

test('a response that fails before it has said anything is answered by the next deployment', () => {
  const dialect = DIALECTS['responses'] as Dialect;
  const to = two(dialect);
  const exchange = ask(to, dialect);
  const error = { code: 'rate_limit_exceeded', message: 'slow down' };
  const failed = { type: 'response.failed', response: { ...response('resp_1', 'failed'), error } };
  to.upstream.only.head(200, STREAM);
  to.upstream.only.data(bytesOf([...dialect.opening, failed]));
  answers(to.upstream.calls[1] as FakeUpstreamCall, dialect);
  expect(received(to, exchange)).toBe(ofTheSecond(dialect));
});

test('the wait for the first content is the provider’s time, not the gateway’s', async () => {
  const to = two(CHAT);
  let nowMs = 0;
  Object.assign(to.assembly.pipeline.state, { monotonicMs: () => nowMs });
  const exchange = ask(to, CHAT);
  nowMs = 10;
  to.upstream.only.head(200, STREAM);
  to.upstream.only.data(bytesOf(CHAT.opening));
  await turn();
  nowMs = 900;
  answers(to.upstream.only, CHAT);
  expect(exchange.replied('x-litellm-response-duration-ms')).toEqual(['900.000']);
  expect(exchange.replied('x-litellm-overhead-duration-ms')).toEqual(['0.000']);
});

describe('what else waits for the first content', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  test('the time of `stream_hold_back_ms`', async () => {
    const to = two(CHAT, { stream_hold_back_ms: 200 });
    const exchange = ask(to, CHAT);
    const call = to.upstream.only;
    call.head(200, STREAM);
    call.data(bytesOf(CHAT.opening));
    await turn();
    expect(vi.getTimerCount()).toBe(0);
    call.data(bytesOf([chunk({ delta: { content: 'Hi' } })]));
    await turn();
    expect([vi.getTimerCount(), exchange.headSent]).toEqual([1, false]);
    vi.advanceTimersByTime(200);
    expect([exchange.headSent, exchange.text]).toEqual([true, expect.stringContaining('"role":"assistant"')]);
  });

  test('the end of a hedge: a role does not win', async () => {
    const dialect = { ...CHAT, params: {} };
    const [a, b] = [openaiDeployment(), openaiDeployment()];
    const to = new AssembledGateway({
      deployments: [
        { ...a, id: 'a' },
        { ...b, id: 'b' },
      ],
      routerRaw: { hedge_after_ms: 100 },
    });
    const exchange = ask(to, dialect);
    const first = to.upstream.only;
    first.head(200, STREAM);
    first.data(bytesOf(CHAT.opening));
    await turn();
    vi.advanceTimersByTime(100);
    const second = to.upstream.calls[1] as FakeUpstreamCall;
    expect([first.aborted, exchange.headSent]).toEqual([false, false]);
    answers(second, dialect);
    expect([first.aborted, second.aborted, exchange.ended]).toEqual([true, false, true]);
    expect(exchange.text).not.toContain('chatcmpl-1');
    expect(exchange.text).toContain('Grüße');
  });
});
