import { describe, expect, it } from 'vitest';
import { TimerWheel } from '../../primitives/timer-wheel.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { OpenaiClasses } from '../errors/openai-classes.ts';
import { AttemptFailures } from './attempt-failures.ts';
import { CallScope } from './call-scope.ts';
import { CHUNK_EVENTS, RESPONSE_EVENTS } from './event-shape.ts';
import { EventStream } from './event-stream.ts';
import { RunningCalls } from './running-calls.ts';
import { unsentTarget } from '../../providers/unsent-target.ts';

interface Bench {
  readonly stream: EventStream;
  readonly log: string[];
  readonly clock: { nowMs: number };
  readonly wheel: TimerWheel;
  readonly controller: AbortController;
}

function bench({ silenceMs = 1000, shape = CHUNK_EVENTS } = {}): Bench {
  const log: string[] = [];
  const clock = { nowMs: 0 };
  const controller = new AbortController();
  const wheel = new TimerWheel({ now: () => clock.nowMs, startInterval: () => () => undefined });
  const scope = new CallScope(controller.signal, new RunningCalls());
  const stream = new EventStream({
    scope,
    shape,
    includeUsage: false,
    convert: null,
    counted: null,
    onEvent: null,
    failures: new AttemptFailures(
      unsentTarget('openai', 'd'),
      { deployment: { model: 'd' }, clientTimeout: false, callerCredential: false },
      new OpenaiClasses(() => null),
    ),
    silenceMs,
    wheel,
    monotonicMs: () => clock.nowMs,
    owner: {
      opened: () => log.push('opened'),
      notOpened: ({ error }) => log.push(`not opened: ${error.name}`),
      succeeded: ({ totalTokens, firstTokenSeconds }) =>
        log.push(`succeeded: ${totalTokens} tokens, the first after ${firstTokenSeconds} s`),
      broke: ({ error }) => log.push(`broke: ${error.name}`),
      abandoned: () => log.push('abandoned'),
    },
  });
  stream.readFrom({
    abort: () => log.push('abort'),
    pause: () => log.push('pause'),
    resume: () => log.push('resume'),
  });
  scope.onAbort((reason) => stream.abort(reason));
  return { stream, log, clock, wheel, controller };
}

const chunk = (content: string, reason: string | null = null): JsonObject => ({
  choices: [{ index: 0, delta: { content }, finish_reason: reason }],
});
const bytes = (...events: readonly (JsonObject | string)[]): Buffer =>
  Buffer.from(events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join(''));

describe('back-pressure', () => {
  it('pauses after 32 events that nobody reads, and goes on when they are read', async () => {
    const { stream, log, wheel, clock } = bench();
    stream.onData(bytes(...Array.from({ length: 31 }, () => chunk('a'))));
    expect(log).toEqual(['opened']);
    stream.onData(bytes(chunk('a')));
    expect(log).toEqual(['opened', 'pause']);
    expect(wheel.armed).toBe(0);
    clock.nowMs = 60_000;
    wheel.tick();
    for (let read = 0; read < 31; read++) await stream.next();
    expect(log).toEqual(['opened', 'pause']);
    await stream.next();
    expect(log).toEqual(['opened', 'pause', 'resume']);
    expect(wheel.armed).toBe(1);
  });
});

const role: JsonObject = { choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] };

describe('before the first content', () => {
  const CREATED: JsonObject = { type: 'response.created', response: { id: 'resp_1' } };
  const FAILED: JsonObject = { type: 'response.failed', response: { error: { code: 'server_error', message: 'no' } } };

  it.each<[string, (bench: Bench) => void, string]>([
    [
      'an error',
      ({ stream }) => stream.onData(bytes({ error: { message: 'no', code: 503 } })),
      'ServiceUnavailableError',
    ],
    ['a cut', ({ stream }) => stream.onEnd(), 'APIConnectionError'],
    [
      'silence, whatever came that is no content,',
      ({ clock, wheel, stream }) => {
        clock.nowMs = 900;
        stream.onData(bytes(role));
        clock.nowMs = 1100;
        wheel.tick();
      },
      'Timeout',
    ],
  ])('%s leaves the stream unopened', (_name, breaks, error) => {
    const broken = bench();
    broken.stream.onData(bytes(role, { choices: [] }, role));
    expect(broken.log).toEqual([]);
    breaks(broken);
    expect(broken.log.at(-1)).toBe(`not opened: ${error}`);
    expect(broken.log).not.toContain('opened');
  });

  it.each<[string, JsonObject]>([
    ['error', { type: 'error', code: 'server_error', message: 'no' }],
    ['response.failed', FAILED],
  ])('so does the event `%s` of the Responses API', (_name, event) => {
    const { stream, log } = bench({ shape: RESPONSE_EVENTS });
    stream.onData(bytes(CREATED, event));
    expect(log).toEqual(['abort', 'not opened: APIConnectionError']);
  });

  it('behind content `response.failed` is the last event, and a failure', async () => {
    const { stream, log } = bench({ shape: RESPONSE_EVENTS });
    stream.onData(bytes(CREATED, { type: 'response.output_text.delta', delta: 'a' }, FAILED));
    stream.onEnd();
    expect(log.slice(0, 2)).toEqual(['opened', 'broke: APIConnectionError']);
    for (let read = 0; read < 2; read++) await stream.next();
    expect(await stream.next()).toMatchObject({ value: FAILED });
    expect(await stream.next()).toMatchObject({ done: true });
  });

  it('events wait and come in order; the time to the first token is that to the content', async () => {
    const { stream, log, clock } = bench();
    stream.onData(bytes(role, role));
    clock.nowMs = 700;
    stream.onData(bytes(chunk('a', 'stop'), '[DONE]'));
    stream.onEnd();
    expect(log).toEqual(['opened', 'succeeded: 0 tokens, the first after 0.7 s', 'resume']);
    for (const value of [role, role, chunk('a', 'stop')]) expect(await stream.next()).toMatchObject({ value });
  });

  it('at most 32 of them, or 256 KB, wait', () => {
    const many = bench();
    many.stream.onData(bytes(...Array.from({ length: 31 }, () => role)));
    expect(many.log).toEqual([]);
    many.stream.onData(bytes(role));
    expect(many.log).toEqual(['opened', 'pause']);
    const large = bench({ shape: RESPONSE_EVENTS });
    const created = bytes({ ...CREATED, instructions: 'x'.repeat(100 * 1024) });
    for (let count = 0; count < 2; count++) large.stream.onData(created);
    expect(large.log).toEqual([]);
    large.stream.onData(created);
    expect(large.log).toEqual(['opened']);
  });
});

describe('ends', () => {
  it('reports success once, with what the usage chunk said, though nobody asked for it', async () => {
    const { stream, log, wheel } = bench();
    stream.onData(bytes(chunk('a', 'stop'), { choices: [], usage: { total_tokens: 9 } }, '[DONE]'));
    stream.onEnd();
    expect(log).toEqual(['opened', 'succeeded: 9 tokens, the first after 0 s', 'resume']);
    expect(await stream.next()).toMatchObject({ value: chunk('a', 'stop') });
    expect(await stream.next()).toMatchObject({ done: true });
    expect(wheel.armed).toBe(0);
  });

  it('an answer of no events is an empty stream', async () => {
    const { stream, log } = bench();
    stream.onData(bytes('[DONE]'));
    expect(log.slice(0, 2)).toEqual(['opened', 'succeeded: 0 tokens, the first after null s']);
    expect(await stream.next()).toMatchObject({ done: true });
  });

  it('after the finish reason is whole without [DONE]; without either it is cut', async () => {
    const whole = bench();
    whole.stream.onData(bytes(chunk('a', 'stop')));
    whole.stream.onEnd();
    expect(whole.log).toContain('succeeded: 0 tokens, the first after 0 s');
    const cut = bench();
    cut.stream.onData(bytes(chunk('a')));
    cut.stream.onEnd();
    expect(cut.log).toEqual(['opened', 'abort', 'broke: APIConnectionError']);
    expect(await cut.stream.next()).toMatchObject({ done: false });
    await expect(cut.stream.next()).rejects.toThrow(/ended before its last event/);
    expect(await cut.stream.next()).toMatchObject({ done: true });
  });

  it('silence before the first event is a time-out, after it a cut; comments do not count', () => {
    const first = bench();
    first.stream.onData(Buffer.from(': ping\n\n'));
    first.clock.nowMs = 1100;
    first.wheel.tick();
    expect(first.log).toEqual(['abort', 'abort', 'not opened: Timeout']);
    const later = bench();
    later.clock.nowMs = 900;
    later.stream.onData(bytes(chunk('a')));
    later.clock.nowMs = 1800;
    later.wheel.tick();
    expect(later.log).toEqual(['opened']);
    later.clock.nowMs = 2100;
    later.wheel.tick();
    expect(later.log.at(-1)).toBe('broke: APIConnectionError');
  });
});

describe('leaving', () => {
  it('by return drops the call and what was not read', async () => {
    const { stream, log } = bench();
    stream.onData(bytes(chunk('a'), chunk('b')));
    await stream.next();
    await stream.return();
    expect(log).toEqual(['opened', 'abort', 'abandoned']);
    expect(await stream.next()).toMatchObject({ done: true });
    stream.onData(bytes(chunk('c')));
    stream.onEnd();
    expect(log).toEqual(['opened', 'abort', 'abandoned']);
  });

  it('by the signal rejects all who wait: the first with the reason, the others with the end', async () => {
    const { stream, log, controller } = bench();
    stream.onData(bytes(chunk('a')));
    await stream.next();
    const waiting = [stream.next(), stream.next()];
    controller.abort(new Error('enough'));
    expect(log).toEqual(['opened', 'abort', 'abandoned']);
    await expect(waiting[0]).rejects.toThrow('enough');
    expect(await waiting[1]).toMatchObject({ done: true });
  });

  it('by the signal after the provider’s end still ends the reading', async () => {
    const { stream, log, controller } = bench();
    stream.onData(bytes(chunk('a', 'stop'), '[DONE]'));
    controller.abort(new Error('enough'));
    await expect(stream.next()).rejects.toThrow('enough');
    expect(await stream.next()).toMatchObject({ done: true });
    expect(log).not.toContain('abandoned');
  });
});
