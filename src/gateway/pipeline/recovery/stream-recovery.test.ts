import { describe, expect, test } from 'vitest';
import { AssembledGateway, openaiDeployment } from '../../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../../test/support/fake-exchange.ts';
import type { FakeUpstreamCall } from '../../../../test/support/fake-upstream.ts';
import {
  PREFILLS,
  STREAM,
  begin,
  call,
  chunk,
  flushed,
  gateway,
  says,
  seen,
  stops,
  whole,
} from '../../../../test/support/recovery-gateway.ts';
import type { JsonObject } from '../../../protocol/json.ts';

describe('resume', () => {
  test('goes on at the fallback where the text is the same', async () => {
    const to = gateway();
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello', ' wor');
    call(to, 0).receiver.onEnd();
    whole(call(to, 1), ['Hel', 'lo world', ' again']);
    await flushed();
    const { text, done, error, events, comments } = seen(exchange);
    expect([text, done, error, exchange.ended]).toEqual(['Hello world again', true, null, true]);
    expect(comments).toEqual([': fast-litellm resumed on id-other']);
    expect(new Set(events.map(({ id, created, model }) => JSON.stringify([id, created, model]))).size).toBe(1);
    expect(events.filter((event) => JSON.stringify(event).includes('"role"'))).toHaveLength(1);
    expect(call(to, 1).json['messages']).toEqual(call(to, 0).json['messages']);
  });

  test('another text, and no prefill: the error is about the cut', async () => {
    const to = gateway();
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello', ' wor');
    call(to, 0).receiver.onEnd();
    begin(call(to, 1), 'Hello', ' there');
    await flushed();
    expect(call(to, 1).aborted).toBe(true);
    const { text, done, error } = seen(exchange);
    expect([text, done, exchange.ended]).toEqual(['Hello wor', false, true]);
    expect(error).toContain('ended before its last event');
    expect(exchange.text.trimEnd().split('\n').at(-1)).toContain('"error"');
  });

  test.each([
    ['shorter', ['Hello']],
    ['empty', []],
  ])('a text that is %s than what the client has is another text', async (_name, texts) => {
    const to = gateway();
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello', ' wor');
    call(to, 0).receiver.onEnd();
    whole(call(to, 1), texts);
    await flushed();
    expect([seen(exchange).done, seen(exchange).error]).toEqual([false, expect.any(String)]);
  });

  test('another text, and prefill: the same deployment goes on behind it', async () => {
    const to = gateway({}, PREFILLS);
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello', ' wor');
    call(to, 0).receiver.onEnd();
    whole(call(to, 1), ['Good', ' day']);
    await flushed();
    expect(call(to, 2).json['messages']).toEqual([
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: 'Hello wor', prefix: true },
    ]);
    whole(call(to, 2), ['ld', '!']);
    await flushed();
    const { text, done, error, comments } = seen(exchange);
    expect([text, done, error]).toEqual(['Hello world!', true, null]);
    expect(comments).toEqual([': fast-litellm resumed on id-other']);
  });

  test('S14: a refused prefill is not the error that is told', async () => {
    const to = gateway({}, PREFILLS);
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello', ' wor');
    call(to, 0).receiver.onEnd();
    whole(call(to, 1), ['Good', ' day']);
    await flushed();
    call(to, 2).answer(400, { error: { message: 'prefill is not supported', type: 'invalid_request_error' } });
    await flushed();
    const { text, error } = seen(exchange);
    expect([text, error]).toEqual(['Hello wor', expect.stringContaining('ended before its last event')]);
    expect([exchange.text.includes('prefill'), to.upstream.calls.length]).toEqual([false, 3]);
  });

  test('without a fallback, other deployments of the group are asked, each once', async () => {
    const [a, b] = [openaiDeployment(), openaiDeployment()];
    const to = new AssembledGateway({
      deployments: [
        { ...a, id: 'a' },
        { ...b, id: 'b' },
      ],
      routerRaw: { stream_recovery: { group: 'resume' }, num_retries: 2 },
    });
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello');
    call(to, 0).receiver.onEnd();
    whole(call(to, 1), ['Hello', ' world']);
    await flushed();
    const names = to.upstream.calls.length;
    expect([seen(exchange).text, seen(exchange).done, names]).toEqual(['Hello world', true, 2]);
    const { router } = to.assembly.pipeline;
    expect(router.facts.rows.map(({ slot }) => router.state.inFlight(slot))).toEqual([0, 0]);
  });

  test('a second break is taken up as well, behind what the client has then', async () => {
    const three = new AssembledGateway({
      deployments: [openaiDeployment(), openaiDeployment({}, 'other'), openaiDeployment({}, 'third')],
      routerRaw: { stream_recovery: 'resume', fallbacks: [{ group: ['other', 'third'] }] },
    });
    const exchange = three.chat({ stream: true });
    begin(call(three, 0), 'one');
    call(three, 0).receiver.onEnd();
    begin(call(three, 1), 'one', ' two');
    call(three, 1).receiver.onError({ code: 'reset', message: 'gone', unsent: false });
    whole(call(three, 2), ['one two', ' three']);
    await flushed();
    expect([seen(exchange).text, seen(exchange).done]).toEqual(['one two three', true]);
    expect(seen(exchange).comments).toEqual([
      ': fast-litellm resumed on id-other',
      ': fast-litellm resumed on id-third',
    ]);
  });

  test('an answer as JSON, a refused connection and a silent deployment go on to the end', async () => {
    for (const fails of [
      (of: FakeUpstreamCall) => of.answer(200, { choices: [] }),
      (of: FakeUpstreamCall) => of.receiver.onError({ code: 'connect-failed', message: 'no', unsent: true }),
      (of: FakeUpstreamCall) => of.receiver.onDeadline('first-byte', 5000, 5001),
      (of: FakeUpstreamCall) => of.answer(503, { error: { message: 'down' } }),
    ]) {
      const to = gateway();
      const exchange = to.chat({ stream: true });
      begin(call(to, 0), 'Hello');
      call(to, 0).receiver.onEnd();
      fails(call(to, 1));
      await flushed();
      expect([exchange.ended, seen(exchange).text, seen(exchange).done]).toEqual([true, 'Hello', false]);
      expect(seen(exchange).error).toContain('ended before its last event');
    }
  });

  test.each<[string, JsonObject, string]>([
    ['tool calls', {}, chunk({ tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f' } }] })],
    ['log probabilities', {}, chunk({ content: 'Hello' }, { logprobs: { content: [] } })],
    ['audio', {}, chunk({ audio: { data: 'AA' } })],
    ['reasoning', {}, chunk({ reasoning_content: 'hm' })],
    ['several choices', { n: 2 }, says('Hello')],
    ['a second choice', {}, chunk({ content: 'Hello' }, { index: 1 })],
    ['an answer that said why it ended', {}, says('Hello') + chunk({}, { finish_reason: 'length' })],
  ])('%s: an error event, and nobody else is asked', async (_name, body, events) => {
    const to = gateway({}, PREFILLS);
    const exchange = to.chat({ stream: true, ...body });
    begin(call(to, 0), 'Hi');
    call(to, 0).data(events);
    call(to, 0).receiver.onError({ code: 'reset', message: 'gone', unsent: false });
    await flushed();
    expect([to.upstream.calls.length, exchange.ended, seen(exchange).done]).toEqual([1, true, false]);
    expect(seen(exchange).error).toMatch(/\S/);
  });

  test('off, by default and for a group: an error event', async () => {
    for (const mode of [null, 'off', { other: 'resume' }]) {
      const to = gateway({ stream_recovery: mode });
      const exchange = to.chat({ stream: true });
      begin(call(to, 0), 'Hello');
      call(to, 0).receiver.onEnd();
      await flushed();
      expect([to.upstream.calls.length, exchange.ended, seen(exchange).error]).toEqual([1, true, expect.any(String)]);
    }
  });

  test('Responses streams are not taken up', async () => {
    const to = gateway();
    const exchange = to.post('/v1/responses', { model: 'group', input: 'x', stream: true });
    call(to, 0).head(200, STREAM);
    call(to, 0).data('data: {"type":"response.output_text.delta","delta":"Hi"}\n\n');
    call(to, 0).receiver.onEnd();
    await flushed();
    expect([to.upstream.calls.length, exchange.text.includes('"error"')]).toEqual([1, true]);
  });

  test('text completions are taken up, but never by prefill', async () => {
    const ask = (to: AssembledGateway): FakeExchange =>
      to.post('/v1/completions', { model: 'group', prompt: 'x', stream: true });
    const same = gateway({}, PREFILLS);
    const exchange = ask(same);
    begin(call(same, 0), 'Hel');
    call(same, 0).receiver.onEnd();
    whole(call(same, 1), ['Hello']);
    await flushed();
    expect([seen(exchange).text, seen(exchange).done]).toEqual(['Hello', true]);
    const other = gateway({}, PREFILLS);
    const failed = ask(other);
    begin(call(other, 0), 'Hel');
    call(other, 0).receiver.onEnd();
    begin(call(other, 1), 'Good');
    await flushed();
    expect([other.upstream.calls.length, seen(failed).error]).toEqual([2, expect.any(String)]);
  });

  test.each([
    ['Hello world', 'Hello world', true],
    ['Good day', 'Hello', false],
  ])('a mock that says %j is an answer like any other', async (says, text, done) => {
    const to = new AssembledGateway({
      deployments: [openaiDeployment(), openaiDeployment({ mock_response: says }, 'other')],
      routerRaw: { stream_recovery: 'resume', fallbacks: [{ group: ['other'] }] },
    });
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello');
    call(to, 0).receiver.onEnd();
    await flushed();
    expect([seen(exchange).text, seen(exchange).done, exchange.ended]).toEqual([text, done, true]);
  });

  test('a client that leaves ends everything at once', async () => {
    const to = gateway();
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello');
    call(to, 0).receiver.onEnd();
    begin(call(to, 1), 'Hel');
    exchange.leave();
    expect(call(to, 1).aborted).toBe(true);
    const { router } = to.assembly.pipeline;
    expect(router.facts.rows.map(({ slot }) => router.state.inFlight(slot))).toEqual([0, 0]);
    await expect.poll(() => to.settlements.length).toBe(1);
    expect(to.settlements[0]?.outcome).toBe('client-left');
  });

  test('comments of the deployment that catches up reach the client, its swallowed text does not', async () => {
    const to = gateway();
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello');
    call(to, 0).receiver.onEnd();
    const before = exchange.text.length;
    begin(call(to, 1), 'Hel');
    call(to, 1).data(': keep-alive\n\ndata: {"not json\n\n');
    await flushed();
    expect(exchange.text.slice(before)).toBe(': keep-alive\n\n');
  });

  test('an answer that is too long to keep is not taken up', async () => {
    const to = gateway();
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'x'.repeat(1 << 20), 'y');
    call(to, 0).receiver.onEnd();
    await flushed();
    expect([to.upstream.calls.length, seen(exchange).error]).toEqual([1, expect.any(String)]);
  });

  test('a slow client slows the deployment that goes on', async () => {
    const to = gateway();
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello');
    call(to, 0).receiver.onEnd();
    exchange.full = true;
    begin(call(to, 1), 'Hello', ' wor');
    await flushed();
    expect(call(to, 1).paused).toBe(1);
    exchange.drain();
    expect(call(to, 1).resumed).toBe(1);
  });
});

describe('the bill', () => {
  test('names every attempt that was paid for, and whose answer it was', async () => {
    const to = gateway({}, PREFILLS);
    to.chat({ stream: true });
    begin(call(to, 0), 'Hello', ' wor');
    call(to, 0).receiver.onEnd();
    whole(call(to, 1), ['Good', ' day']);
    await flushed();
    whole(call(to, 2), ['ld', '!']);
    await expect.poll(() => to.settlements.length).toBe(1);
    const [settled] = to.settlements;
    expect([settled?.outcome, settled?.target?.deployment.id]).toEqual(['success', 'id-other']);
    expect(settled?.brokenAttempts.map(({ target }) => target.deployment.id)).toEqual(['id-group', 'id-other']);
    for (const { usage } of settled?.brokenAttempts ?? []) {
      expect(usage['prompt_tokens']).toBeGreaterThan(0);
      expect(usage['completion_tokens']).toBeGreaterThan(0);
    }
  });

  test('of a call that is not taken up has nothing more', async () => {
    const to = gateway({ stream_recovery: 'off' });
    to.chat({ stream: true });
    begin(call(to, 0), 'Hello');
    call(to, 0).receiver.onEnd();
    await flushed();
    expect(to.settlements).toMatchObject([{ outcome: 'failed', brokenAttempts: [] }]);
  });
});

describe('restart', () => {
  const ACCEPTS = { 'x-fast-litellm-stream-restart': 'accept' };

  test('begins anew for a client that accepts it', async () => {
    const to = gateway({ stream_recovery: 'restart' });
    const exchange = to.chat({ stream: true }, ACCEPTS);
    begin(call(to, 0), 'Hello', ' wor');
    call(to, 0).receiver.onEnd();
    call(to, 1).head(200, STREAM);
    call(to, 1).data(': ping\n\n');
    await flushed();
    expect(exchange.text).not.toContain('restart');
    call(to, 1).data(says('Good', '2') + says(' day', '2') + stops('2'));
    call(to, 1).receiver.onEnd();
    await flushed();
    const [before = '', after = ''] = exchange.text.split(
      'event: restart\ndata: {"object":"stream.restart","deployment":"id-other"}\n\n',
    );
    expect([before.includes('Hello'), before.includes(': fast-litellm restarted on id-other')]).toEqual([true, true]);
    expect(seen({ text: after } as FakeExchange)).toMatchObject({ text: 'Good day', done: true, error: null });
    expect(after).toContain('chatcmpl-2');
  });

  test('is an error event for other clients', async () => {
    const to = gateway({ stream_recovery: 'restart' });
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello');
    call(to, 0).receiver.onEnd();
    await flushed();
    expect([to.upstream.calls.length, seen(exchange).error]).toEqual([1, expect.any(String)]);
  });
});
