import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import type { ConfigSnapshot } from '../config/snapshot.ts';
import { startFields, startReport, type StartFacts } from './start-report.ts';

const ONE_MODEL = 'model_list:\n  - {model_name: gpt, litellm_params: {model: openai/gpt-4o, api_key: canary-key}}\n';

function snapshotOf(text: string, env: Record<string, string> = {}): ConfigSnapshot {
  return loadConfig({ text, env: new Map(Object.entries(env)) });
}

function report(snapshot: ConfigSnapshot, facts: Partial<StartFacts> = {}): string {
  return startReport({
    version: '1.2.3',
    url: 'http://127.0.0.1:4000',
    snapshot,
    workers: 1,
    readyAfterMs: 123.4,
    restrictedToLoopback: false,
    movedToPort: null,
    fallback: null,
    providersNotNative: [],
    ...facts,
  });
}

describe('startReport', () => {
  it('says where it is, what it serves and how to try it', () => {
    const text = report(snapshotOf(ONE_MODEL));
    expect(text).toContain('fast-litellm 1.2.3 listens on http://127.0.0.1:4000 (no config file, ready in 123 ms)');
    expect(text).toContain('Models: gpt\n');
    expect(report(snapshotOf(ONE_MODEL), { workers: 4 })).toContain('(no config file, 4 workers, ready in 123 ms)');
    expect(text).toContain(
      `curl http://127.0.0.1:4000/v1/chat/completions -H 'content-type: application/json' ` +
        `-d '{"model":"gpt","messages":[{"role":"user","content":"Hello"}]}'`,
    );
    expect(text).toContain('whoever reaches this address can use it');
  });

  it('never prints the master key: the variable that holds it, or a placeholder', () => {
    const settings = 'general_settings: {master_key: sk-canary-1234}\n';
    expect(report(snapshotOf(ONE_MODEL + settings))).toContain('-H "authorization: Bearer YOUR_MASTER_KEY"');
    const fromVariable = snapshotOf(ONE_MODEL + settings, { LITELLM_MASTER_KEY: 'sk-canary-1234' });
    expect(report(fromVariable)).toContain('-H "authorization: Bearer $LITELLM_MASTER_KEY"');
    expect(report(fromVariable)).not.toContain('canary');
  });

  it('says that open mode stays on this machine, and when the port moved', () => {
    const text = report(snapshotOf(ONE_MODEL), { restrictedToLoopback: true, movedToPort: 12_345 });
    expect(text).toContain('only this machine can connect');
    expect(text).toContain('Port 4000 is in use, so this is port 12345');
  });

  it('shows twenty models and counts the rest, hidden aliases apart', () => {
    const rows = Array.from(
      { length: 23 },
      (_, index) => `  - {model_name: m${index}, litellm_params: {model: openai/x}}`,
    );
    const text = report(
      snapshotOf(
        `model_list:\n${rows.join('\n')}\nrouter_settings: {model_group_alias: {a: m1, h: {model: m1, hidden: true}}}\n`,
      ),
    );
    expect(text).toContain('m18, m19, and 4 more\n');
  });

  it('takes a chat model for the example, fills in a wildcard, or asks for the health', () => {
    const embedding =
      'model_list:\n  - {model_name: e, litellm_params: {model: openai/text-embedding-3-small}, model_info: {mode: embedding}}\n';
    expect(
      report(snapshotOf(`${embedding}  - {model_name: simulated/*, litellm_params: {model: simulated/*}}\n`)),
    ).toContain('"model":"simulated/hello"');
    expect(report(snapshotOf(embedding))).toContain('curl http://127.0.0.1:4000/health/liveliness');
  });

  it('names what is not served natively', () => {
    const snapshot = snapshotOf(`${ONE_MODEL}general_settings: {allowed_ips: [10.0.0.1]}\n`);
    expect(report(snapshot, { fallback: { kind: 'url', origin: 'http://litellm:4001' } })).toContain(
      'Everything that is not native: the LiteLLM at http://litellm:4001',
    );
    expect(report(snapshot, { fallback: { kind: 'spawn', configFile: 'a' } })).toContain(
      'a LiteLLM that is started now',
    );
    expect(report(snapshot, { providersNotNative: ['anthropic'] })).toMatch(
      /Not served natively: .*allowed_ips[^]*Keys found for providers that are not served natively yet: anthropic/,
    );
  });
});

describe('startFields', () => {
  it('holds the same facts for machines', () => {
    const snapshot = snapshotOf(ONE_MODEL);
    const facts = {
      version: '1',
      url: 'u',
      snapshot,
      workers: 2,
      readyAfterMs: 1.6,
      restrictedToLoopback: true,
      movedToPort: null,
    };
    expect(startFields({ ...facts, fallback: null, providersNotNative: [] })).toEqual({
      version: '1',
      url: 'u',
      config: null,
      models: ['gpt'],
      modelCount: 1,
      notNative: [],
      open: true,
      workers: 2,
      readyMs: 2,
    });
  });
});
