import { describe, expect, test } from 'vitest';
import { deployment, snapshotWith } from '../../../../test/support/snapshot.ts';
import type { Deployment } from '../../../config/snapshot.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import type { Resolution } from '../../../router/model-index.ts';
import { compileRecovery, type RecoverySettings } from './recovery-settings.ts';

const of = (modelName: string, modelInfo: JsonObject = {}): Deployment =>
  deployment(`id-${modelName}`, modelName, { model: 'openai/x' }, modelInfo);
const resolution = (group: string, modelName = group): Resolution => ({
  kind: 'group',
  group,
  candidates: [{ deployment: of(modelName), model: 'openai/x' }],
});
const compile = (routerRaw: JsonObject, deployments: readonly Deployment[] = []): RecoverySettings | null =>
  compileRecovery(snapshotWith({ routerRaw, deployments }), ({ id }) => id === 'id-known');

describe('recovery settings', () => {
  test('are nothing where nothing is on', () => {
    expect(compile({})).toBeNull();
    expect(compile({ stream_recovery: false })).toBeNull();
    expect(compile({ stream_recovery: { a: 'off', '*': 'off' } }, [of('b', { stream_recovery: 'off' })])).toBeNull();
  });

  test('hold for a group, a pattern, or all others', () => {
    const settings = compile({
      stream_recovery: { a: 'restart', 'x/*': 'off', '*': 'resume' },
      stream_hold_back_ms: { a: 50 },
    });
    expect(settings?.of(resolution('a'))).toEqual({ mode: 'restart', holdBack: { ms: 50, chars: null } });
    expect(settings?.of(resolution('b'))).toEqual({ mode: 'resume', holdBack: null });
    expect(settings?.of(resolution('x/y', 'x/*'))).toBeNull();
  });

  test('of a deployment win for its group', () => {
    const settings = compile({ stream_recovery: 'resume' }, [of('a', { stream_recovery: 'off' })]);
    expect([settings?.of(resolution('a')), settings?.of(resolution('b'))?.mode]).toEqual([null, 'resume']);
  });

  test('prefill is what the deployment says, else the price table', () => {
    const settings = compile({ stream_recovery: 'resume' });
    const says = (value: boolean): Deployment => of('known', { supports_assistant_prefill: value });
    expect([of('a'), of('known'), says(false), says(true)].map((each) => settings?.prefills(each))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });
});
