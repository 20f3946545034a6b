import { describe, expect, test } from 'vitest';
import { isInternalKey } from '../providers/internal-keys.ts';
import { OPENAI_CHAT_PARAMS } from '../providers/openai-param-names.ts';
import { checkConfig, checkExitCode } from './check.ts';
import { misspelledSetting } from './deployment-rules.ts';
import { KNOWN_KEYS } from './known-keys.ts';
import { loadConfig } from './load.ts';
import type { ConfigSnapshot } from './snapshot.ts';

/** One deployment, whose `line` stands in the fifth line of the file. */
function load(line: string, section = 'litellm_params'): ConfigSnapshot {
  const head = `model_list:\n- model_name: a\n  litellm_params:\n    model: openai/x\n`;
  const text = section === 'litellm_params' ? `${head}    ${line}\n` : `${head}  ${section}: {id: one, ${line}}\n`;
  return loadConfig({ text, env: new Map([['SECONDS', '30']]) });
}

const warned = ({ findings }: ConfigSnapshot): readonly (readonly [string, string])[] =>
  findings.filter(({ kind }) => kind === 'warning').map(({ key, note }) => [key, note]);

describe('a setting of a deployment that cannot be read', () => {
  test.each([
    ["timeout: '1s'", 'a number, 0 or more, found a string', 'the one of `router_settings` holds'],
    ['timeout: abc', 'a number, 0 or more, found a string', 'the one of `router_settings` holds'],
    ['timeout: -1', 'a number, 0 or more, found a negative number', 'the one of `router_settings` holds'],
    ['timeout: .nan', 'a number, 0 or more, found NaN', 'the one of `router_settings` holds'],
    ['timeout: true', 'a number, 0 or more, found a boolean', 'the one of `router_settings` holds'],
    ['request_timeout: x', 'a number, 0 or more, found a string', 'the `timeout` of `router_settings` holds'],
    ['stream_timeout: -1', 'a number, 0 or more, found a negative number', 'the one of `router_settings` holds'],
    ['cooldown_time: x', 'a number, 0 or more, found a string', 'the one of `router_settings` holds'],
    ['num_retries: x', 'a whole number, 0 or more, found a string', 'the one of `router_settings` holds'],
    ['num_retries: 1.5', 'a whole number, 0 or more, found a fraction', 'the one of `router_settings` holds'],
    ['weight: abc', 'a number, 0 or more, found a string', 'the deployment has no weight'],
    ['weight: -1', 'a number, 0 or more, found a negative number', 'the deployment has no weight'],
    ['order: [1]', 'a number, found a list', 'the deployment has no place in the order'],
  ])('is told with line, key and remedy, and counts as not set: %s', (line, fault, instead) => {
    const snapshot = load(line);
    const name = line.slice(0, line.indexOf(':'));
    expect(warned(snapshot)).toEqual([
      [
        `model_list[0].litellm_params.${name}`,
        expect.stringMatching(
          new RegExp(`^expected ${fault}: it counts as not set, so that ${instead}\\. Write for .* \\(line 5\\)$`),
        ),
      ],
    ]);
    expect(Object.keys(snapshot.deployments[0]?.params ?? {})).toEqual(['model']);
  });

  test.each(['order: x', 'cooldown_time: -1', 'allowed_fails: x'])('is told in model_info too: %s', (line) => {
    const snapshot = load(line, 'model_info');
    expect(warned(snapshot)).toEqual([[expect.stringMatching(/^model_list\[0\]\.model_info\./), expect.anything()]]);
    expect(snapshot.deployments[0]?.modelInfo).toEqual({ id: 'one', db_model: false });
  });

  test.each(["timeout: '30'", 'timeout: 0', 'timeout: os.environ/SECONDS', 'order: -1', 'weight: 0.5', 'num_retries:'])(
    'is not told where it can be read: %s',
    (line) => {
      expect(warned(load(line))).toEqual([]);
    },
  );

  test('is found by `check`, strictly with exit code 1', () => {
    const text = 'model_list: [{model_name: a, litellm_params: {model: openai/x, weight: abc}}]\n';
    const report = checkConfig('config.yaml', new Map(), { text });
    expect(report.warnings.map(({ key }) => key)).toEqual(['model_list[0].litellm_params.weight']);
    expect([checkExitCode(report, false), checkExitCode(report, true)]).toEqual([0, 1]);
  });
});

describe('an unknown parameter that is nearly a setting', () => {
  test.each([
    ['max_budgt', 'max_budget'],
    ['maxBudget', 'max_budget'],
    ['rpmm', 'rpm'],
    ['rmp', 'rpm'],
    ['max_paralel_requests', 'max_parallel_requests'],
    ['default_api_key_rpm_limt', 'default_api_key_rpm_limit'],
    ['time_out', 'timeout'],
    ['wieght', 'weight'],
    ['cooldown_times', 'cooldown_time'],
  ])('is told and passed on: %s is nearly %s', (name, near) => {
    const snapshot = load(`${name}: 1`);
    expect(warned(snapshot)).toEqual([
      [
        `model_list[0].litellm_params.${name}`,
        expect.stringMatching(new RegExp(`^no setting has this name, ${near} has: .*\\(line 5\\)$`)),
      ],
    ]);
    expect(snapshot.deployments[0]?.params).toHaveProperty(name, 1);
  });

  test('is none that a provider may well have, nor one that is known', () => {
    const known = [...KNOWN_KEYS.litellm_params.keys(), ...OPENAI_CHAT_PARAMS];
    const others = `height width top_k min_p repetition_penalty safe_prompt keep_alive num_ctx num_predict border tokens
      thinking reasoning guardrailConfig task dimensions voice options provider models route transforms`.split(/\s+/);
    for (const name of [...known, ...others]) expect([name, misspelledSetting(name)]).toEqual([name, null]);
    expect(isInternalKey('rpm')).toBe(true);
  });
});
