import { describe, expect, test } from 'vitest';
import { AssembledGateway, COMPLETION, openaiDeployment } from '../../test/support/assembled-gateway.ts';
import { deployment } from '../../test/support/snapshot.ts';

describe('assemble', () => {
  test('every LLM route asks for the key', () => {
    const to = new AssembledGateway({ deployments: [openaiDeployment()] });
    const paths = [
      '/chat/completions',
      '/v1/completions',
      '/v1/embeddings',
      '/v1/responses',
      '/v1/messages',
      '/rerank',
    ];
    for (const target of [...paths, '/engines/group/chat/completions', '/openai/deployments/group/embeddings']) {
      const exchange = to.request({ method: 'POST', target, headers: {}, body: ['{}'] });
      expect([target, exchange.status]).toEqual([target, 401]);
    }
    expect(to.upstream.calls).toHaveLength(0);
  });

  test('a restriction of LLM routes leaves the others open', () => {
    const to = new AssembledGateway({
      deployments: [openaiDeployment()],
      restrictions: [{ key: 'litellm_settings.max_budget', scope: 'llm', masterKeyPasses: false }],
    });
    expect(to.chat().status).toBe(501);
    expect(to.request({ target: '/v1/models' }).status).toBe(200);
    expect(to.request({ target: '/health/liveliness', headers: {} }).status).toBe(200);
  });

  test('a deployment of a provider that is not served natively answers 501 and names the way out', () => {
    const to = new AssembledGateway({ deployments: [deployment('d', 'group', { model: 'anthropic/claude-3-opus' })] });
    const exchange = to.chat();
    expect([exchange.status, exchange.text]).toEqual([501, expect.stringContaining('--fallback')]);
  });

  test('time limits come from the router and the general settings where nobody says otherwise', () => {
    const to = new AssembledGateway({ deployments: [openaiDeployment()] });
    to.chat();
    expect(to.upstream.only.deadlines.totalMs).toBe(6_000_000);
  });

  test('ids of responses can be read only where the security of ids is switched off', () => {
    const idOf = (raw: Record<string, boolean>): string => {
      const to = new AssembledGateway({ deployments: [openaiDeployment()], general: { raw } });
      const exchange = to.post('/v1/responses', { model: 'group', input: 'x' });
      to.upstream.only.answer(200, { id: 'resp_own', object: 'response', error: null });
      return Buffer.from((exchange.json as { id: string }).id.slice(5), 'base64').toString();
    };
    expect(idOf({})).not.toContain('resp_own');
    expect(idOf({ disable_responses_id_security: true })).toContain('resp_own');
  });

  test('names the origins of its deployments once each, without wildcards and what is not native', () => {
    const to = new AssembledGateway({
      deployments: [
        openaiDeployment({}, 'a'),
        openaiDeployment({}, 'b'),
        deployment('r', 'r', { model: 'cohere/rerank-v3.5', api_base: 'https://rerank.test:8443/v1', api_key: 'k' }),
        deployment('w', '*', { model: 'openai/*', api_base: 'http://wild.test' }),
        deployment('n', 'n', { model: 'anthropic/claude-3-opus' }),
      ],
    });
    expect([...to.assembly.origins]).toEqual(['http://provider.test', 'https://rerank.test:8443']);
  });

  test('each call has an id of its own', () => {
    const to = new AssembledGateway({ deployments: [openaiDeployment()] });
    const ids = [to.chat(), to.chat()].map((exchange, index) => {
      to.upstream.calls[index]?.answer(200, COMPLETION);
      return exchange.replied('x-litellm-call-id')[0];
    });
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[1]).not.toBe(ids[0]);
  });
});
