/** What callbacks hear of calls: of retries and fallbacks, streams, failures; and that nothing they do breaks a call. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallCallback, CallLog, CustomLogger, LoggedResponse } from '../../src/client/callbacks/contract.ts';
import { CallbackRegistry } from '../../src/client/callbacks/register-callbacks.ts';
import { completion, registerCallbacks } from '../../src/index.ts';
import { TestCalls } from '../support/direct-calls.ts';
import { deployment, errorOf, messages, routerOf } from '../support/library-router.ts';
import { answerWhole, beginStream, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let calls: TestCalls;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  calls = new TestCalls();
  provider.on('gpt-4o-mini', answerWhole);
  provider.on('down', (call) => call.answer(503, '{"error":{"message":"sk-provider-secret is overloaded"}}'));
});
afterAll(async () => {
  await calls.direct.close();
  await provider.close();
});

interface Heard {
  readonly event: string;
  readonly log: CallLog;
  readonly response: LoggedResponse;
}

let heard: Heard[] = [];
beforeEach(() => {
  heard = [];
});

const logger: Required<CustomLogger> = {
  logPreApiCall: (_model, _messages, log) => heard.push({ event: 'pre', log, response: null }),
  logPostApiCall: (log, response) => heard.push({ event: 'post', log, response }),
  logStreamEvent: (log, response) => heard.push({ event: 'chunk', log, response }),
  logSuccessEvent: (log, response) => heard.push({ event: 'success', log, response }),
  logFailureEvent: (log, response) => heard.push({ event: 'failure', log, response }),
};
const events = (): readonly string[] => heard.map(({ event }) => event);
const last = (): Heard => heard.at(-1) as Heard;
const call = (model = 'openai/gpt-4o-mini', more: object = {}) => ({
  model,
  messages,
  apiBase: provider.apiBase,
  apiKey: 'sk-provider-secret',
  numRetries: 0,
  callbacks: logger,
  ...more,
});

describe('a call that succeeds', () => {
  it('is told before it is sent, when the answer is there, and with what it cost', async () => {
    const more = { temperature: 0, user: 'me', metadata: { trace: 7 }, extraHeaders: { 'x-token': 'sk-header' } };
    const answer = await calls.completion(call(undefined, more));
    expect(events()).toEqual(['pre', 'post', 'success']);
    const { log, response } = last();
    expect(response).toBe(answer);
    expect(log).toMatchObject({
      callType: 'completion',
      model: 'gpt-4o-mini',
      customLlmProvider: 'openai',
      modelGroup: null,
      modelId: null,
      messages,
      optionalParams: { temperature: 0, user: 'me' },
      metadata: { trace: 7 },
      user: 'me',
      stream: false,
      attemptedRetries: 0,
      usage: { total_tokens: 67 },
      exception: null,
    });
    expect(log.responseCost).toBeCloseTo(7 * 1.5e-7 + 60 * 6e-7, 12);
    expect(log.endTime?.getTime()).toBeGreaterThanOrEqual(log.startTime.getTime());
    expect(new Set(heard.map((each) => each.log.litellmCallId)).size).toBe(1);
  });

  it('never shows a key or a header', async () => {
    const more = { extraHeaders: { 'x-token': 'sk-header' }, extraBody: { token: 'sk-body' } };
    await calls.completion(call(undefined, more));
    await errorOf(calls.completion(call('openai/down', more)));
    const text = JSON.stringify(heard) + String(last().log.exception);
    for (const secret of ['sk-provider-secret', 'sk-header', 'sk-body']) expect(text).not.toContain(secret);
    expect(last().log.apiBase).toBe(provider.apiBase);
  });

  it('tells functions of success and failure, LiteLLM’s way', async () => {
    const onSuccess = vi.fn<CallCallback>();
    const onFailure = vi.fn<CallCallback>();
    await calls.completion(call(undefined, { callbacks: null, onSuccess, failure_callback: [onFailure] }));
    await errorOf(calls.completion(call('openai/down', { callbacks: null, success_callback: onSuccess, onFailure })));
    expect(onSuccess).toHaveBeenCalledTimes(1);
    const [log, response, startTime, endTime] = onSuccess.mock.calls[0] ?? [];
    expect([log, response, startTime, endTime]).toEqual([
      expect.objectContaining({ callType: 'completion' }),
      expect.objectContaining({ object: 'chat.completion' }),
      expect.any(Date),
      expect.any(Date),
    ]);
    expect(onFailure).toHaveBeenCalledTimes(1);
  });

  it('tells no texts where that is asked, and nothing at all with `noLog`', async () => {
    await calls.completion(call(undefined, { turnOffMessageLogging: true }));
    expect(last()).toMatchObject({ event: 'success', log: { messages: 'redacted-by-litellm' }, response: null });
    expect(JSON.stringify(heard)).not.toContain('Hello!');
    heard = [];
    await calls.completion(call(undefined, { noLog: true }));
    expect(heard).toEqual([]);
  });
});

describe('attempts', () => {
  it('are told one by one, failed ones with their error', async () => {
    await calls.completion(call('openai/down', { fallbacks: ['openai/gpt-4o-mini'] }));
    expect(events()).toEqual(['pre', 'failure', 'pre', 'post', 'success']);
    expect(heard[1]?.log).toMatchObject({ exception: { name: 'ServiceUnavailableError', statusCode: 503 } });
    expect(last().log.attemptedFallbacks).toBe(1);
  });

  it('that are never sent fail all the same', async () => {
    await errorOf(calls.completion({ ...call('nobody'), callbacks: logger }));
    expect(events()).toEqual(['failure']);
    expect(last().log).toMatchObject({ apiBase: '', exception: { code: 'bad_request' } });
  });

  it('of a router name the deployment; its callbacks hear of every call', async () => {
    const modelList = [deployment(provider, 'chat', { model: 'gpt-4o-mini' }, { id: 'one' })];
    const router = routerOf(modelList, { callbacks: [logger] });
    await router.completion({ model: 'chat', messages });
    expect(last().log).toMatchObject({ modelGroup: 'chat', modelId: 'one', model: 'gpt-4o-mini' });
    await router.embedding({ model: 'chat', input: 'Hello!', mockResponse: [1] });
    expect(last().log).toMatchObject({ callType: 'embedding', messages: null, input: 'Hello!' });
    await router.close();
  });
});

describe('a stream', () => {
  it('is told chunk by chunk, and at its end as one answer with its usage', async () => {
    const stream = await calls.stream(call());
    let chunks = 0;
    for await (const _ of stream) chunks += 1;
    expect(events().filter((event) => event !== 'chunk')).toEqual(['pre', 'post', 'success']);
    expect(events().filter((event) => event === 'chunk')).toHaveLength(chunks);
    const { log, response } = last();
    expect(response).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: HEALTHY_TEXT }, finish_reason: 'stop' }],
      usage: { total_tokens: 67 },
    });
    expect(log).toMatchObject({ stream: true, usage: { total_tokens: 67 } });
    expect(log.responseCost).toBeGreaterThan(0);
    expect(log.completionStartTime).toBeInstanceOf(Date);
  });

  it('that breaks ends in a failure; one that is left in neither', async () => {
    provider.on('breaks', (of) => {
      beginStream(of, 2);
      of.end();
    });
    const broken = await calls.stream(call('openai/breaks'));
    await errorOf(
      (async () => {
        for await (const _ of broken);
      })(),
    );
    expect(events()).toEqual(['pre', 'post', 'chunk', 'chunk', 'failure']);
    heard = [];
    const left = await calls.stream(call());
    await left.return?.();
    expect(events()).not.toContain('success');
    expect(events()).not.toContain('failure');
  });

  it('of the Responses API ends with its response', async () => {
    const router = routerOf([{ modelName: 'r', litellmParams: { model: 'simulated/fast' } }], { callbacks: logger });
    for await (const _ of await router.responses({ model: 'r', input: 'Hello!', stream: true }));
    expect(last()).toMatchObject({ event: 'success', response: { object: 'response', status: 'completed' } });
    await router.close();
  });
});

describe('a callback that fails', () => {
  it('breaks nothing, whether it throws or rejects; the process is warned once', async () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      const throws: CustomLogger = {
        logPreApiCall: () => {
          throw new Error('sink is down');
        },
        logSuccessEvent: () => Promise.reject(new Error('sink is down')),
        logStreamEvent: () => {
          throw new Error('sink is down');
        },
      };
      for (let round = 0; round < 2; round++) {
        const answer = await calls.completion(call(undefined, { callbacks: [throws, logger] }));
        expect(answer.choices).toHaveLength(1);
        for await (const _ of await calls.stream(call(undefined, { callbacks: throws })));
      }
      expect(events()).toEqual(['pre', 'post', 'success', 'pre', 'post', 'success']);
      expect(warning).toHaveBeenCalledTimes(1);
      expect(warning.mock.calls[0]?.[0]).toMatch(/A callback failed; .* sink is down/);
    } finally {
      warning.mockRestore();
    }
  });

  it.each<[string, object, RegExp]>([
    ['a text', { callbacks: 'langfuse' }, /integrations by name are not there yet/],
    ['a number', { onSuccess: 5 }, /onSuccess has to be a function, or a list of them; got a number/],
    [
      'an object that hears nothing',
      { callbacks: {} },
      /callbacks: a logger object needs at least one of logPreApiCall/,
    ],
    [
      'a logger with a slip',
      { callbacks: { logSucessEvent: () => 0 } },
      /logSucessEvent. Did you mean logSuccessEvent\?/,
    ],
    [
      'an event that is none',
      { callbacks: [{ logSuccessEvent: 5 }] },
      /logSuccessEvent has to be a function; got a number/,
    ],
    ['a function as logger', { callbacks: () => undefined }, /callbacks has to be a logger object/],
  ])('at once is refused: %s', async (_name, more, text) => {
    const error = await errorOf(calls.completion({ model: 'simulated/fast', messages, ...more }));
    expect(String(error)).toMatch(text);
    expect(() => routerOf([], more as never)).toThrow(text);
    expect(() => registerCallbacks(more as never)).toThrow(text);
  });
});

describe('callbacks of the process', () => {
  it('hear of every call until they are taken back', async () => {
    const end = registerCallbacks({ callbacks: logger });
    await completion({ model: 'simulated/fast', messages });
    const router = routerOf([{ modelName: 'r', litellmParams: { model: 'simulated/fast' } }]);
    await router.completion({ model: 'r', messages });
    await router.close();
    end();
    await completion({ model: 'simulated/fast', messages });
    expect(events()).toEqual(['pre', 'post', 'success', 'pre', 'post', 'success']);
  });

  it.each<[unknown, RegExp]>([
    [null, /registerCallbacks takes one object, .*; got null/],
    [5, /registerCallbacks takes one object, .*; got a number/],
    [[logger], /registerCallbacks takes one object, .*; got an array/],
    [{ onSucess: () => 0 }, /Unknown member of registerCallbacks: onSucess\. Did you mean onSuccess\?/],
    [logger, /takes a logger object as a member: registerCallbacks\(\{ callbacks: logger \}\)/],
  ])('are refused where they could never be called: %s', (options, text) => {
    expect(() => registerCallbacks(options as never)).toThrow(text);
  });

  it('are taken back one by one, in any order', () => {
    const registry = new CallbackRegistry();
    const [first, second] = [
      registry.register({ callbacks: logger }),
      registry.register({ callbacks: [logger, logger] }),
    ];
    expect(registry.loggers).toHaveLength(3);
    first();
    first();
    expect(registry.loggers).toHaveLength(2);
    second();
    expect(registry.loggers).toEqual([]);
  });
});
