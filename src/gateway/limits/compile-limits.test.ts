import { describe, expect, test } from 'vitest';
import { AssembledGateway, COMPLETION, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import { snapshotWith, type SnapshotParts } from '../../../test/support/snapshot.ts';
import { limitMemoryFor } from './limit-memory.ts';

const ONE = [openaiDeployment()];
const LIMITED = [openaiDeployment({ default_api_key_tpm_limit: 100 })];

function general(raw: NonNullable<SnapshotParts['raw']>, parts: SnapshotParts = {}): AssembledGateway {
  return new AssembledGateway({ deployments: ONE, ...parts, general: { raw } });
}

describe('calls at the same time', () => {
  test.each(['max_parallel_requests', 'global_max_parallel_requests'])(
    '%s: refused at once, free at the end',
    (key) => {
      const to = general({ [key]: 1 });
      const first = to.chat();
      const refused = to.chat();
      expect([refused.status, to.upstream.calls.length]).toEqual([429, 1]);
      expect(refused.text).toMatch(/Max parallel request limit reached\. Hit .*: Limit=1, current: 1/);
      expect([refused.replied('retry-after'), refused.replied('rate_limit_type')]).toEqual([
        ['1'],
        ['max_parallel_requests'],
      ]);
      to.upstream.only.answer(200, COMPLETION);
      expect(first.status).toBe(200);
      expect(to.chat().status).not.toBe(429);
    },
  );

  test('a client that leaves and a provider that fails leave their places', () => {
    const to = general({ global_max_parallel_requests: 1 });
    to.chat().leave();
    const second = to.chat();
    to.upstream.calls.at(-1)?.answer(500, { error: { message: 'no' } });
    expect(second.status).toBe(500);
    to.chat();
    expect(to.upstream.calls).toHaveLength(3);
  });

  test('what another limit refuses holds no place', () => {
    const to = general(
      { global_max_parallel_requests: 1 },
      { deployments: [openaiDeployment({ default_api_key_rpm_limit: 1 })] },
    );
    to.chat();
    to.upstream.only.answer(200, COMPLETION);
    const texts = [to.chat(), to.chat()].map(({ text }) => text);
    expect(texts.every((text) => text.includes('Limit type: requests'))).toBe(true);
  });
});

describe('settings of the process', () => {
  test('token_rate_limit_type: only these tokens count', () => {
    const remaining = (kind: string): string | undefined => {
      const to = general({ token_rate_limit_type: kind }, { deployments: LIMITED });
      to.chat({ max_tokens: 1 });
      to.upstream.only.answer(200, COMPLETION);
      const next = to.chat({ max_tokens: 1 });
      to.upstream.calls.at(-1)?.answer(200, COMPLETION);
      return next.replied('x-ratelimit-model_per_key-remaining-tokens')[0];
    };
    // The second call reserves one token of input and one of output; the first used 3 and 2.
    expect([remaining('total'), remaining('input'), remaining('output')]).toEqual(['93', '95', '96']);
  });

  test('without reservations a request is not capped and counts when it is over', () => {
    const environment = { LITELLM_TPM_TOKEN_RESERVATION_ENABLED: 'False' };
    const to = new AssembledGateway({ deployments: [openaiDeployment({ default_api_key_tpm_limit: 6 })], environment });
    to.chat({ max_tokens: 5000 });
    expect(to.upstream.only.json['max_tokens']).toBe(5000);
    to.upstream.only.answer(200, COMPLETION);
    expect(to.chat().status).toBe(429);
  });

  test('another window or algorithm is another memory, the same one is kept', () => {
    const memoryOf = (parts: SnapshotParts, previous: ReturnType<typeof limitMemoryFor> | null = null) =>
      limitMemoryFor(snapshotWith({ deployments: LIMITED, ...parts }), previous);
    const first = memoryOf({});
    expect(memoryOf({}, first)).toEqual(first);
    expect(Object.keys(memoryOf({ environment: { LITELLM_RATE_LIMIT_WINDOW_SIZE: '15' } }, first))).not.toEqual(
      Object.keys(first),
    );
    expect(Object.keys(memoryOf({ routerRaw: { rate_limit_algorithm: 'sliding' } }, first))).not.toEqual(
      Object.keys(first),
    );
  });

  test('gateways that share limits over Redis count in windows of a minute', () => {
    const environment = { REDIS_URL: 'redis://127.0.0.1:1', LITELLM_RATE_LIMIT_WINDOW_SIZE: '15' };
    expect(() => limitMemoryFor(snapshotWith({ deployments: LIMITED, environment }), null)).toThrow(
      /LITELLM_RATE_LIMIT_WINDOW_SIZE.*60 seconds/,
    );
  });
});

test('what is not configured is not there', () => {
  const { limits } = general({}).assembly.pipeline;
  expect(limits).toEqual({ callers: null, deployments: null, budgets: null });
  expect(limitMemoryFor(snapshotWith({ deployments: ONE }), null)).toEqual({});
});
