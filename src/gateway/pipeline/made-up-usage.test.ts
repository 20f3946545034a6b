import { describe, expect, test } from 'vitest';
import { AssembledGateway, COMPLETION, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';
import { StreamedAnswer } from './streamed-answer.ts';

const ASK = { stream: true, stream_options: { include_usage: true } };
const delta = (fields: object, finish: string | null = null): string =>
  JSON.stringify({ id: 'c', created: 1, model: 'up', choices: [{ index: 0, delta: fields, finish_reason: finish }] });

async function streamed(events: readonly string[], body: Record<string, unknown> = ASK): Promise<FakeExchange> {
  const to = new AssembledGateway({ deployments: [openaiDeployment()] });
  const exchange = to.chat(body);
  to.upstream.only.stream([...events]);
  await expect.poll(() => exchange.ended).toBe(true);
  return exchange;
}

function chunksOf({ text }: FakeExchange): unknown[] {
  const lines = text.split('\n').filter((line) => line.startsWith('data: {'));
  return lines.map((line) => JSON.parse(line.slice(6)) as unknown);
}

describe('a stream whose provider tells no usage', () => {
  test('ends in a counted usage for a client that asked', async () => {
    const exchange = await streamed([delta({ content: 'hello ' }), delta({ content: 'there' }, 'stop'), '[DONE]']);
    expect(chunksOf(exchange).at(-1)).toEqual({
      id: 'c',
      created: 1,
      model: 'group',
      choices: [],
      usage: {
        completion_tokens: 2,
        prompt_tokens: 8,
        total_tokens: 10,
        completion_tokens_details: { reasoning_tokens: 0 },
      },
    });
    expect(exchange.text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(exchange.text.split('[DONE]')).toHaveLength(2);
  });

  test('counts reasoning apart', async () => {
    const events = [delta({ reasoning_content: 'let me think' }), delta({ content: 'hello' }, 'stop'), '[DONE]'];
    expect(chunksOf(await streamed(events)).at(-1)).toMatchObject({
      usage: { completion_tokens: 1, completion_tokens_details: { reasoning_tokens: 3 } },
    });
  });

  test('is left as it is for a client that did not ask', async () => {
    const exchange = await streamed([delta({ content: 'hello' }, 'stop'), '[DONE]'], { stream: true });
    expect(exchange.text).not.toContain('usage');
  });

  test("a provider's own usage is passed on, and nothing is counted", async () => {
    const usage = JSON.stringify({
      id: 'c',
      model: 'up',
      choices: [],
      usage: { prompt_tokens: 70, completion_tokens: 7 },
    });
    const chunks = chunksOf(await streamed([delta({ content: 'hello' }, 'stop'), usage, '[DONE]']));
    expect(chunks).toHaveLength(2);
    expect(chunks.at(-1)).toMatchObject({ usage: { prompt_tokens: 70 } });
  });

  test('a stream that breaks off is not given one', async () => {
    const exchange = await streamed([delta({ content: 'hello' })]);
    expect(exchange.text).toContain('"error"');
    expect(exchange.text).not.toContain('usage');
  });
});

describe('a whole answer without usage', () => {
  test.each([
    ['left out', {}],
    ['null', { usage: null }],
  ])('has used nothing: %s', (_name, usage) => {
    const to = new AssembledGateway({ deployments: [openaiDeployment()] });
    const exchange = to.chat();
    const { usage: _usage, ...answer } = COMPLETION;
    to.upstream.only.answer(200, { ...answer, ...usage });
    expect(exchange.json).toMatchObject({ usage: { completion_tokens: 0, prompt_tokens: 0, total_tokens: 0 } });
    expect(exchange.replied('x-litellm-key-spend')).toEqual(['0.0']);
  });
});

describe('chunks of a text completion', () => {
  test.each([
    [{ stream: true }, true],
    [ASK, false],
  ])('say that nothing was used unless usage is asked for: %j', async (body, told) => {
    const to = new AssembledGateway({
      deployments: [openaiDeployment({ model: 'text-completion-openai/gpt-3.5-turbo-instruct' })],
    });
    const exchange = to.post('/v1/completions', { model: 'group', prompt: 'hello', ...body });
    to.upstream.only.stream([
      '{"id":"c","model":"up","choices":[{"index":0,"text":"hi","finish_reason":null}]}',
      '{"id":"c","model":"up","choices":[{"index":0,"text":"","finish_reason":"stop"}]}',
      '[DONE]',
    ]);
    await expect.poll(() => exchange.ended).toBe(true);
    expect(
      chunksOf(exchange)
        .slice(0, 2)
        .every((chunk) => 'usage' in (chunk as object)),
    ).toBe(told);
  });
});

describe('StreamedAnswer', () => {
  test('puts tool calls together and counts them as their JSON', () => {
    const answer = new StreamedAnswer();
    for (const text of [
      delta({ content: 'a' }),
      delta({ tool_calls: [{ index: 0, id: 'call_1', function: { name: 'f', arguments: '' } }] }),
      delta({ tool_calls: [{ index: 0, function: { arguments: '{"x":1}' } }] }),
    ])
      answer.add(JSON.parse(text));
    expect(answer.content).toBe('a{"function":{"arguments":"{\\"x\\":1}","name":"f"},"id":"call_1","type":"function"}');
    expect(answer.head).toEqual({ id: 'c', created: 1, model: 'up' });
  });

  test('takes whatever comes', () => {
    const answer = new StreamedAnswer();
    for (const chunk of [
      {},
      { choices: [null, 5, { delta: null }] },
      { choices: [{ delta: { tool_calls: [1, {}] } }] },
    ])
      answer.add(chunk);
    expect(answer.reasoning).toBe('');
  });
});
