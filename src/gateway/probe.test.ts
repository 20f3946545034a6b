import { describe, expect, test } from 'vitest';
import { AssembledGateway, COMPLETION, openaiDeployment, PROVIDER_KEY } from '../../test/support/assembled-gateway.ts';
import type { FakeUpstreamCall } from '../../test/support/fake-upstream.ts';
import { deployment } from '../../test/support/snapshot.ts';
import type { Deployment } from '../config/snapshot.ts';
import { probeDeployment } from './probe.ts';
import type { ProbeResult } from './routes/info-deps.ts';

/** Probes a deployment whose provider does `script`. */
async function probe(one: Deployment, script: (call: FakeUpstreamCall) => void): Promise<ProbeResult> {
  const to = new AssembledGateway({ deployments: [one] });
  const result = probeDeployment(to.assembly.pipeline, one);
  for (const call of to.upstream.calls) script(call);
  return result;
}

function withMode(mode: string): Deployment {
  return { ...openaiDeployment(), modelInfo: { id: 'd', mode } };
}

describe('probeDeployment', () => {
  test('asks a chat model for a few tokens and is content with any success', async () => {
    const result = await probe(openaiDeployment(), (call) => {
      expect(call.request.path).toBe('/v1/chat/completions');
      expect(call.json).toMatchObject({ model: 'gpt-4o', max_tokens: 16, messages: [{ role: 'user' }] });
      expect(call.deadlines.totalMs).toBe(60_000);
      call.head(200, ['x-ratelimit-remaining-tokens', '9', 'x-request-id', 'r']);
      call.data(JSON.stringify(COMPLETION));
      call.receiver.onEnd();
    });
    expect(result).toEqual({ healthy: true, headers: { 'x-ratelimit-remaining-tokens': '9' } });
  });

  test.each([
    ['embedding', '/v1/embeddings', 'input'],
    // A text completion of a chat model is asked as chat.
    ['completion', '/v1/chat/completions', 'messages'],
    ['image_generation', '/v1/images/generations', 'prompt'],
    ['moderation', '/v1/moderations', 'input'],
    ['responses', '/v1/responses', 'input'],
    ['audio_speech', '/v1/audio/speech', 'voice'],
  ])('asks a model of the kind %s at %s', async (mode, path, member) => {
    const result = await probe(withMode(mode), (call) => {
      expect([call.request.path, Object.keys(call.json)]).toEqual([path, expect.arrayContaining([member])]);
      call.answer(200, {});
    });
    expect(result.healthy).toBe(true);
  });

  test('asks a reasoning model with the parameter that it takes', async () => {
    const result = await probe(openaiDeployment({ model: 'openai/o3-mini' }), (call) => {
      expect(call.json).toMatchObject({ model: 'o3-mini', max_completion_tokens: 16 });
      expect(call.json).not.toHaveProperty('max_tokens');
      call.answer(200, COMPLETION);
    });
    expect(result.healthy).toBe(true);
  });

  test("tells the provider's failure without its secret", async () => {
    const result = await probe(openaiDeployment(), (call) =>
      call.answer(401, { error: { message: `Incorrect API key: ${PROVIDER_KEY}` } }),
    );
    expect(result).toMatchObject({ healthy: false, status: 401, error: expect.stringContaining('Incorrect API key') });
    expect(JSON.stringify(result)).not.toContain(PROVIDER_KEY);
  });

  test('tells a connection that fails and one that stays silent', async () => {
    const failed = await probe(openaiDeployment(), (call) =>
      call.receiver.onError({ code: 'connect-failed', message: 'refused', unsent: true }),
    );
    expect(failed).toMatchObject({ healthy: false, status: 500 });
    const silent = await probe(openaiDeployment(), (call) => call.receiver.onDeadline('total', 60_000, 60_001));
    expect(silent).toMatchObject({ healthy: false, status: 408 });
  });

  test('tells a deployment that cannot be served natively, without sending anything', async () => {
    const sent: FakeUpstreamCall[] = [];
    const foreign = deployment('d', 'group', { model: 'anthropic/claude-3-opus' });
    expect(await probe(foreign, (call) => sent.push(call))).toMatchObject({ healthy: false, status: 501 });
    expect(sent).toEqual([]);
  });
});
