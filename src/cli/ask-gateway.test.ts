import { describe, expect, it } from 'vitest';
import { askGateway, questionOf, type Question } from './ask-gateway.ts';
import { readFlagValues } from './flag-values.ts';

interface Asked {
  readonly code: number;
  readonly out: string;
  readonly requests: readonly { readonly url: string; readonly init: RequestInit }[];
}

async function ask(
  question: Question,
  given: Record<string, string | boolean>,
  answer: () => Response = () => Response.json({ ok: true }),
  environment: Record<string, string> = {},
): Promise<Asked> {
  const variables = new Map(Object.entries(environment));
  const requests: { url: string; init: RequestInit }[] = [];
  let out = '';
  const code = await askGateway(question, readFlagValues(new Map(Object.entries(given)), variables), {
    environment: variables,
    out: (text) => (out += text),
    nowMs: () => 0,
    fetch: async (url, init) => {
      requests.push({ url, init });
      return answer();
    },
  });
  return { code, out, requests };
}

function bodyOf(init: RequestInit): unknown {
  return typeof init.body === 'string' ? JSON.parse(init.body) : null;
}

describe('askGateway', () => {
  it('prints the health, with the master key of the environment', async () => {
    const { code, out, requests } = await ask('health', { port: '81', host: '0.0.0.0' }, undefined, {
      LITELLM_MASTER_KEY: 'sk-1',
    });
    expect([code, out]).toEqual([0, '{\n  "ok": true\n}\n']);
    expect(requests[0]?.url).toBe('http://127.0.0.1:81/health');
    expect(requests[0]?.init.headers).toEqual({ authorization: 'Bearer sk-1' });
  });

  it('asks one question, plain and streamed, at the address given', async () => {
    const { code, out, requests } = await ask('test', { test: 'http://gateway:9/', model: 'm' });
    expect(code).toBe(0);
    expect(requests.map(({ url }) => url)).toEqual(Array(2).fill('http://gateway:9/v1/chat/completions'));
    expect(requests.map(({ init }) => bodyOf(init))).toMatchObject([
      { model: 'm', stream: false },
      { model: 'm', stream: true },
    ]);
    expect(out).toContain('{"ok":true}');
  });

  it('sends many at once and counts the failures', async () => {
    let count = 0;
    const { code, out, requests } = await ask('test_async', { num_requests: '4', model: 'm' }, () => {
      count += 1;
      return new Response('', { status: count === 2 ? 500 : 200 });
    });
    expect([code, out, requests.length]).toEqual([1, '4 requests in 0 ms: 3 answered, 1 failed.\n', 4]);
  });

  it('asks for the first model that the gateway lists when none is named', async () => {
    const models = { data: [{ id: 'any/*' }, { id: 'simulated/gpt' }] };
    const { code, requests } = await ask('test', { test: true }, () => Response.json(models));
    expect(code).toBe(0);
    expect(requests.map(({ url }) => new URL(url).pathname)).toEqual([
      '/v1/models',
      '/v1/chat/completions',
      '/v1/chat/completions',
    ]);
    expect(bodyOf(requests[1]?.init ?? {})).toMatchObject({ model: 'simulated/gpt' });
  });

  it('says what to do when nobody answers', async () => {
    const refuse = (): never => {
      throw new TypeError('fetch failed');
    };
    await expect(ask('health', {}, refuse)).rejects.toThrow(
      'Nobody answers at http://127.0.0.1:4000/health. Start the gateway, or name its --host and --port.',
    );
  });

  it('is only asked for by its flags', () => {
    const flags = (given: Record<string, string | boolean>): Question | null =>
      questionOf(readFlagValues(new Map(Object.entries(given)), new Map()));
    expect([flags({}), flags({ health: true }), flags({ test: true }), flags({ test_async: true })]).toEqual([
      null,
      'health',
      'test',
      'test_async',
    ]);
  });
});
