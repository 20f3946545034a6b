/** Large bodies are answered as small ones are: the same numbers, the same refusals, from another thread. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { AssembledGateway, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import { deployment } from '../../../test/support/snapshot.ts';
import type { HubTokenizerName } from '../../tokenizer/chat/contract.ts';
import type { BackgroundCounter } from '../../tokenizer/contract.ts';
import { getEncoding } from '../../tokenizer/get-encoding.ts';
import { ByteSegments } from '../../primitives/byte-segments.ts';
import { CountingThread, type BodySource } from './counting-thread.ts';
import { countedBody, parseBody, type BodyKind } from './counted-body.ts';
import { LARGE_BODY, PromptBodies } from './prompt-bodies.ts';
import { SlicedCounting } from './sliced-counting.ts';

const families = {
  version: 1,
  isOpenaiModel: (model: string) => model.startsWith('gpt'),
  isAnthropicModel: (model: string) => model.startsWith('claude'),
  isCohereModel: () => false,
};
const thread = new CountingThread();
afterAll(() => thread.close());

let opens = 0;
const elsewhere: BackgroundCounter = { name: 'own', counts: async (texts) => texts.map((text) => text.length) };
const hubTokenizer = (name: HubTokenizerName): BackgroundCounter | null =>
  name === 'Xenova/llama-3-tokenizer' ? elsewhere : null;
const counting = new SlicedCounting({ families, encoding: getEncoding, hubTokenizer });
const bodies = new PromptBodies({
  families,
  counting,
  loadEncoding: async (name) => getEncoding(name),
  hubTokenizer,
  thread: {
    open: (source: BodySource) => {
      opens += 1;
      return thread.open(source);
    },
  },
});

function bytesOf(text: string): ByteSegments {
  const bytes = new ByteSegments();
  const buffer = Buffer.from(text);
  for (let at = 0; at < buffer.length; at += 50_001) bytes.append(buffer.subarray(at, at + 50_001));
  return bytes;
}

async function outcome(count: () => Promise<number>): Promise<unknown> {
  return count().catch((error: unknown) => {
    const { code, message, options } = error as { code: string; message: string; options: { detail: unknown } };
    return { code, message, detail: options.detail };
  });
}

const here = (kind: BodyKind, text: string, model: string): Promise<unknown> =>
  outcome(async () => counting.count({ ...countedBody(kind, parseBody(kind, text)).prompt, model }));

const there = (kind: BodyKind, text: string, model: string, own: BackgroundCounter | null = null): Promise<unknown> =>
  outcome(async () => (await bodies.open(kind, bytesOf(text))).count(model, own));

const PADDING = 'x'.repeat(LARGE_BODY);

describe('a large body', () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  const part = fc.oneof(
    fc.record({ type: fc.constant('text'), text }),
    fc.record({ type: fc.constant('tool_use'), id: text, name: text, input: fc.dictionary(text, json) }),
    fc.record({ type: fc.constant('image_url'), image_url: fc.record({ url: text }) }),
    json,
  );
  const message = fc.record(
    { role: fc.constantFrom('user', 'assistant', 'tool'), content: fc.oneof(text, fc.array(part), json), name: text },
    { requiredKeys: ['role'] },
  );
  const tool = fc.record({
    type: fc.constant('function'),
    function: fc.record({ name: text, description: text, parameters: fc.dictionary(text, json) }),
  });
  const body = fc.record(
    {
      model: fc.oneof(text, json),
      prompt: fc.oneof(text, fc.constant(null)),
      messages: fc.oneof({ weight: 5, arbitrary: fc.array(message) }, { weight: 1, arbitrary: json }),
      tools: fc.oneof(fc.array(tool), json),
      system: fc.oneof(text, fc.array(part)),
      contents: fc.array(fc.record({ parts: fc.array(part) })),
      input: fc.oneof(text, fc.array(message)),
      instructions: text,
    },
    { requiredKeys: ['messages'] },
  );

  test('has the count or the refusal that it has here', async () => {
    const kinds = fc.constantFrom<BodyKind>('token-counter', 'count-tokens', 'window-check');
    const models = fc.constantFrom('gpt-4o', 'claude-2', 'gpt-3.5-turbo-0301', 'nobody');
    await fc.assert(
      fc.asyncProperty(body, kinds, models, async (document, kind, model) => {
        const before = opens;
        // Findings show the whole body where they may: not so large a one.
        const asked = JSON.stringify({ model: 'm', ...document }) + ' '.repeat(LARGE_BODY);
        expect(await there(kind, asked, model)).toEqual(await here(kind, asked, model));
        expect(opens).toBe(before + 1);
      }),
      { numRuns: 150 },
    );
  });

  test.each<[string, string]>([
    ['no JSON', `{"model": "m", ${PADDING}`],
    ['a list', `[]${' '.repeat(LARGE_BODY)}`],
    ['a long text', JSON.stringify({ model: 'm', prompt: 'hello 🏳️‍🌈 there '.repeat(300_000) })],
    [
      'wide arguments',
      JSON.stringify({ model: 'm', messages: [{ content: [{ type: 'tool_use', input: wide(9000) }] }] }),
    ],
  ])('%s', async (_name, asked) => {
    expect(await there('token-counter', asked, 'gpt-4o')).toEqual(await here('token-counter', asked, 'gpt-4o'));
  });

  test.each<[string, string, BackgroundCounter | null]>([
    ["the deployment's own tokenizer", 'gpt-4o', elsewhere],
    ['a tokenizer of the hub', 'llama-3', null],
  ])('is counted by %s', async (_name, model, own) => {
    const asked = JSON.stringify({ model: 'm', prompt: PADDING });
    expect(await there('token-counter', asked, model, own)).toBe(PADDING.length);
  });
});

const wide = (keys: number): object => Object.fromEntries(Array.from({ length: keys }, (_, i) => [`key${i}`, i]));

test('small bodies start no thread', async () => {
  const before = opens;
  const prompt = 'x'.repeat(LARGE_BODY - 100);
  expect(await there('token-counter', JSON.stringify({ model: 'm', prompt }), 'gpt-4o')).toBeGreaterThan(100);
  expect(opens).toBe(before);
});

describe('in the gateway', () => {
  const MESSAGES = [{ role: 'assistant', content: [{ type: 'tool_use', id: 'x', name: 'f', input: wide(9000) }] }];
  const limited = (most: number) => {
    const params = { model: 'openai/gpt-4o', api_base: 'http://p.test/v1', api_key: 'k' };
    return deployment('d', 'group', params, { max_input_tokens: most });
  };

  async function ask(to: AssembledGateway, target: string, body: string): Promise<[number, string]> {
    const exchange = to.post(target, body);
    await expect.poll(() => exchange.ended || to.upstream.calls.length > 0, { timeout: 10_000 }).toBe(true);
    await to.countingThread.close();
    return [exchange.status ?? 0, exchange.text];
  }

  test('both routes count a large body in the thread, a repeated key or not', async () => {
    const open = JSON.stringify({ model: 'group', messages: MESSAGES });
    const tokens = await here('count-tokens', open, 'gpt-4o');
    for (const body of [open, open.replace('{', '{"model":"other",')]) {
      const to = new AssembledGateway({ deployments: [openaiDeployment()] });
      const answer = await ask(to, '/v1/messages/count_tokens', body);
      expect(answer).toEqual([200, JSON.stringify({ input_tokens: tokens })]);
    }
    const to = new AssembledGateway({ deployments: [openaiDeployment()] });
    const [status, text] = await ask(to, '/utils/token_counter', open);
    expect([status, JSON.parse(text)]).toMatchObject([200, { total_tokens: tokens, request_model: 'group' }]);
  });

  test.each<[string, string, number, string]>([
    ['a forbidden member', '"api_base":"http://evil.test"', 401, 'api_base is not allowed'],
    ['a forbidden member beside a repeated key', '"a":1,"a":2,"api_base":"http://evil.test"', 401, 'api_base is not'],
    ['bytes that are no JSON', 'nonsense', 400, 'Invalid JSON payload'],
  ])('%s is refused in a large body', async (_name, member, status, text) => {
    const body = `{"messages":[],${JSON.stringify({ tools: MESSAGES }).slice(1, -1)},${member}}`;
    const to = new AssembledGateway({ deployments: [openaiDeployment()] });
    expect(await ask(to, '/v1/messages/count_tokens', body)).toEqual([status, expect.stringContaining(text)]);
  });

  test('a context window is checked by a large prompt', async () => {
    const body = JSON.stringify({ model: 'group', messages: MESSAGES });
    const tokens = await here('window-check', body, '');
    const parts = { deployments: [limited(Number(tokens) - 1)], routerRaw: { enable_pre_call_checks: true } };
    const [status, text] = await ask(new AssembledGateway(parts), '/v1/chat/completions', body);
    expect([status, text]).toEqual([400, expect.stringContaining(`Got=${String(tokens)}`)]);
    const fitting = new AssembledGateway({ ...parts, deployments: [limited(Number(tokens))] });
    await ask(fitting, '/v1/chat/completions', body);
    expect(fitting.upstream.calls).toHaveLength(1);
  });
});
