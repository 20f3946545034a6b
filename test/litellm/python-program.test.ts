/**
 * A Python program of the litellm library, unmodified: three variables send its calls through the gateway, and it gets
 * what it got before.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.ts';
import { litellmEnvironment, litellmFolder } from '../support/real-litellm.ts';
import { answerWhole, completion, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';

const PROGRAM = path.join(import.meta.dirname, 'program.py');
const TOOL_CALL = JSON.parse(completion('gpt-4o', '')) as { choices: object[] };
TOOL_CALL.choices = [
  {
    index: 0,
    finish_reason: 'tool_calls',
    message: {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'add', arguments: '{}' } }],
    },
  },
];
const VECTOR = {
  object: 'list',
  model: 'text-embedding-3-small',
  data: [{ object: 'embedding', index: 0, embedding: [0.25, 0.5, 1] }],
  usage: { prompt_tokens: 1, total_tokens: 1 },
};

let provider: ScriptedProvider;
let gateway: GatewayProcess;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  provider.on('gpt-4o', (call) => {
    if ('tools' in call.json) call.answer(200, JSON.stringify(TOOL_CALL));
    else answerWhole(call);
  });
  provider.on('text-embedding-3-small', (call) => call.answer(200, JSON.stringify(VECTOR)));
  provider.on('gpt-4o-mini', (call) =>
    call.answer(429, '{"error":{"message":"slow down","type":"requests","code":"rate_limit"}}'),
  );
  provider.on('gpt-4.1', (call) =>
    call.answer(401, '{"error":{"message":"no","type":"auth","code":"invalid_api_key"}}'),
  );
  const deployment = (model: string): string =>
    `  - { model_name: ${model}, litellm_params: { model: openai/${model}, api_base: ${provider.apiBase}, api_key: k } }\n`;
  const models = ['gpt-4o', 'text-embedding-3-small', 'gpt-4o-mini', 'gpt-4.1'];
  gateway = await GatewayProcess.start(
    `model_list:\n  - { model_name: simulated, litellm_params: { model: simulated/tokens-6 } }\n${models.map(deployment).join('')}` +
      'general_settings: { master_key: sk-1234 }\nrouter_settings: { num_retries: 0, disable_cooldowns: true }\n',
  );
});

afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
});

async function run(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(path.join(litellmFolder(), 'bin/python'), args, {
    env: { HOME: '/nonexistent', PYTHONDONTWRITEBYTECODE: '1', ...litellmEnvironment(environment) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the program ended with ${String(code)}:\n${err}`);
  // The library prints advice of its own on failures.
  return out.trim().split('\n').at(-1) ?? '';
}

const throughGateway = (): Record<string, string> => ({
  USE_LITELLM_PROXY: 'True',
  LITELLM_PROXY_API_BASE: gateway.url,
  LITELLM_PROXY_API_KEY: 'sk-1234',
});

describe('an unmodified program of the litellm library', () => {
  it('gets through the gateway what it gets from the provider', async () => {
    const direct = await run([PROGRAM], {
      OPENAI_API_BASE: provider.apiBase,
      OPENAI_API_KEY: 'k',
    });
    const asked = provider.calls.length;
    const through = await run([PROGRAM], throughGateway());
    expect(JSON.parse(through)).toMatchObject({
      plain: { text: HEALTHY_TEXT, finish: 'stop', tokens: [7, 60] },
      streamed: { text: HEALTHY_TEXT, finish: 'stop', several: true },
      at_once: Array.from({ length: 5 }, () => HEALTHY_TEXT),
      streamed_later: HEALTHY_TEXT,
      tools: { names: ['add'], finish: 'tool_calls' },
      vector: [0.25, 0.5, 1],
      limited: ['RateLimitError', 429],
      denied: ['AuthenticationError', 401],
    });
    expect(JSON.parse(through)).toEqual(JSON.parse(direct));
    expect(provider.calls.length).toBeGreaterThan(asked);
    expect(provider.calls.at(-1)?.headers.authorization).toBe('Bearer k');
  });

  it('talks to the simulated provider of the gateway without any key of a provider', async () => {
    const program =
      'import litellm; print(litellm.completion(model="simulated", messages=[{"role": "user", "content": "Hi"}]).usage.completion_tokens)';
    expect(await run(['-c', program], throughGateway())).toBe('6');
  });
});
