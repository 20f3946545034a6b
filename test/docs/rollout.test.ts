/** docs/rollout.md against the code: its modes, settings, defaults, events and metrics. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { JsonObject } from '../../src/protocol/json.ts';
import { environmentVariableOf } from '../../src/rollout/component-name.ts';
import type { RolloutEvent } from '../../src/rollout/contract.ts';
import { DEFAULT_SETTINGS } from '../../src/rollout/default-settings.ts';
import { parseMode } from '../../src/rollout/mode-text.ts';
import { readSettings } from '../../src/rollout/read-settings.ts';
import { renderPrometheus } from '../../src/rollout/render-prometheus.ts';
import { renderStatusTable } from '../../src/rollout/render-status-table.ts';
import { testRollout } from '../support/rollout.ts';

const document = readFileSync(new URL('../../docs/rollout.md', import.meta.url), 'utf8');

function blocks(language: string): readonly string[] {
  return [...document.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, text = '']) => text,
  );
}

/** The names in the first column of the table with this head. */
function firstColumn(head: string): readonly string[] {
  const table = document.split('\n\n').find((part) => new RegExp(`^\\| ${head} +\\|`).test(part)) ?? '';
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
}

function settingsIn(yaml: string) {
  return readSettings({ block: (parse(yaml) as { readonly acceleration: JsonObject }).acceleration });
}

test('every mode of the table is one', () => {
  const modes = firstColumn('Mode').map((text) => parseMode(text)?.mode);
  expect(modes).toEqual(['off', 'shadow', 'canary', 'gradual', 'on']);
});

test('every variable of the examples can be used', () => {
  const lines = blocks('sh').flatMap((text) => text.trim().split('\n'));
  const environment = new Map(
    lines.map((line) => {
      const [name = '', value = ''] = line.replace(/\s*#.*$/, '').split('=');
      return [name, value] as const;
    }),
  );
  const settings = readSettings({ environment });
  expect(settings.switchedOffBy).toBe('FAST_LITELLM');
  expect(settings.environment.size).toBe(lines.length - 1);
  expect([...settings.environment.values()]).not.toContain(null);
  expect(environment.has(environmentVariableOf('route:/v1/embeddings'))).toBe(true);
});

test('the configuration blocks can be used, and the defaults are the defaults', () => {
  const [example = '', defaults = ''] = blocks('yaml');
  expect([...settingsIn(example).components.keys()].sort()).toEqual([
    'http_pool',
    'route',
    'route:/v1/embeddings',
    'tokenizer',
  ]);
  expect(settingsIn(defaults).defaults).toEqual(DEFAULT_SETTINGS);
});

test('the events are those that there are', () => {
  const types: Readonly<Record<RolloutEvent['type'], true>> = {
    mode_changed: true,
    gradual_step: true,
    fallback: true,
    mismatch: true,
    rolled_back: true,
    trial_started: true,
    rearmed: true,
  };
  expect(firstColumn('Event')).toEqual(Object.keys(types));
});

test('the metrics are those that are written, and the table of the status looks as shown', () => {
  const { component, rollout, time } = testRollout({
    environment: { FAST_LITELLM_TOKENIZER: 'canary:10' },
    definition: { memoryBytes: () => 1 },
  });
  const call = component.wrap({
    fast: (_user: string) => time.spend(0.009_8),
    original: (_user: string) => time.spend(0.045),
    identityOf: (_by, [user]) => user,
  });
  for (let index = 0; index < 1_000; index++) call(`user-${index}`);
  const report = rollout.report();
  const families = [...renderPrometheus(report).matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name);
  expect(firstColumn('Metric')).toEqual(families);
  expect(blocks('text')[0]).toBe(renderStatusTable(report));
});
