import { describe, expect, test } from 'vitest';
import {
  AssembledGateway,
  COMPLETION,
  openaiDeployment,
  PROVIDER_KEY,
} from '../../../test/support/assembled-gateway.ts';

interface State {
  readonly deployments: readonly Readonly<Record<string, unknown>>[];
}

function stateOf(to: AssembledGateway): State {
  return to.request({ method: 'GET', target: '/router/state' }).json as State;
}

describe('GET /router/state', () => {
  test('shows calls in flight, then what became of them', () => {
    const to = new AssembledGateway({ deployments: [openaiDeployment({ max_parallel_requests: 1 })] });
    to.chat();
    expect(stateOf(to).deployments[0]).toMatchObject({ id: 'id-group', state: 'full', in_flight: 1, cooldown: null });
    to.upstream.only.answer(200, COMPLETION);
    expect(stateOf(to).deployments[0]).toMatchObject({
      state: 'healthy',
      in_flight: 0,
      successes: 1,
      requests_this_minute: 1,
      tokens_this_minute: 5,
    });
  });

  test('says why a deployment rests, since when and until when', () => {
    const to = new AssembledGateway({ deployments: [openaiDeployment({ cooldown_time: 60 })] });
    to.chat();
    to.upstream.only.answer(401, { error: { message: 'no' } });
    const [shown] = stateOf(to).deployments;
    expect(shown).toMatchObject({ state: 'cooling', cooldown: { decided_by: 'status', status: 401 }, fails: 1 });
    const cooldown = shown?.['cooldown'] as { since: string; until: string } | undefined;
    expect(Date.parse(cooldown?.until ?? '') - Date.parse(cooldown?.since ?? '')).toBe(60_000);
  });

  test('needs the key, and tells none', () => {
    const to = new AssembledGateway({ deployments: [openaiDeployment()] });
    expect(to.request({ method: 'GET', target: '/router/state', headers: {} }).status).toBe(401);
    expect(JSON.stringify(stateOf(to))).not.toContain(PROVIDER_KEY);
  });
});
