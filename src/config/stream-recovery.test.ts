import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from './load.ts';
import { readStreamRecovery } from './stream-recovery.ts';

const read = (router: Parameters<typeof readStreamRecovery>[0]) => readStreamRecovery(router, [], () => {});

describe('settings for broken streams', () => {
  test('one value is for all groups, a mapping for those that it names', () => {
    expect(read({ stream_recovery: 'resume', stream_hold_back_ms: 200 })).toEqual({
      mode: { byGroup: new Map(), others: 'resume' },
      holdBackMs: { byGroup: new Map(), others: 200 },
      holdBackChars: { byGroup: new Map(), others: null },
    });
    expect(read({ stream_recovery: { a: 'restart', '*': 'resume' } }).mode).toEqual({
      byGroup: new Map([['a', 'restart']]),
      others: 'resume',
    });
  });

  test('a wrong value is a warning at the start, a right one is served', () => {
    const text = `
model_list:
  - model_name: a
    litellm_params: { model: openai/a, api_key: x }
    model_info: { stream_recovery: restart, supports_assistant_prefill: true }
  - model_name: a
    litellm_params: { model: openai/b, api_key: x }
    model_info: { stream_recovery: off }
router_settings:
  stream_recovery: { a: again, '*': off }
  stream_hold_back_ms: -1
  stream_hold_back_chars: '40'
`;
    const { findings } = loadConfig({ text, env: new Map() });
    const told = findings.map(({ kind, key, treatment }) => [kind, key, treatment]);
    expect(told.filter(([kind]) => kind === 'warning').sort()).toEqual([
      ['warning', 'model_list[1].model_info.stream_recovery', 'ignored'],
      ['warning', 'router_settings.stream_hold_back_ms', 'ignored'],
      ['warning', 'router_settings.stream_recovery.a', 'ignored'],
    ]);
    expect(told).toContainEqual(['key', 'router_settings.stream_hold_back_chars', 'served']);
  });

  test('the example of the document is read without a warning', () => {
    const document = readFileSync(path.join(import.meta.dirname, '../../docs/stream-recovery.md'), 'utf8');
    const text = /```yaml\n([\s\S]*?)```/.exec(document)?.[1] ?? '';
    const { findings, router, deployments } = loadConfig({
      text,
      env: new Map([
        ['OPENAI_API_KEY', 'x'],
        ['MISTRAL_API_KEY', 'x'],
      ]),
    });
    expect(findings.filter(({ kind }) => kind === 'warning')).toEqual([]);
    expect(readStreamRecovery(router.raw, deployments, () => {})).toMatchObject({
      mode: { byGroup: new Map([['chat', 'resume']]), others: null },
      holdBackMs: { others: 300 },
    });
  });
});
