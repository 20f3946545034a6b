import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../protocol/json.ts';
import { componentNameOf, listenerOf, modeOf, settingsOf, startRollout } from './start-rollout.ts';

describe('startRollout', () => {
  it.each([
    ['{"tokenizer":{"verify":{"first_cals":10}}}', 'acceleration.tokenizer.verify'],
    ['{tokenizer', 'FAST_LITELLM_ACCELERATION'],
  ])('with %s leaves all to the originals, and says the place in the status and the remedy once', (block, place) => {
    const problems: string[] = [];
    const { rollout } = startRollout({
      environment: new Map([['FAST_LITELLM_ACCELERATION', block]]),
      log: { info: () => {}, warn: () => {} },
      onMisspelt: () => {},
      onBadSettings: (message) => problems.push(message),
    });
    expect(problems).toHaveLength(1);
    for (const { state, why } of rollout.report().components)
      expect([state, why]).toEqual(['off', `everything is switched off by settings that cannot be used (${place})`]);
    rollout.close();
  });
});

describe('settingsOf', () => {
  const refusal = (block: JsonValue) => () => settingsOf(new Map(), block);

  it.each(['tokenizer', 'http_pool', 'completion', 'rate_limiter'])('refuses a time limit of %s', (name) => {
    const message = `acceleration.${name}.time_limit: has no effect under the hook. Remove it: `;
    expect(refusal({ [name]: { mode: 'on', time_limit: '5s' } })).toThrow(message);
    expect(refusal({ [name]: { time_limit: false } })).toThrow(message);
  });

  it('takes one among the defaults, which may be meant for other components', () => {
    expect(settingsOf(new Map(), { defaults: { time_limit: '5s' }, http_pool: 'on' }).defaults.timeLimitMs).toBe(5_000);
  });
});

describe('what a program gives to the hook', () => {
  it.each([
    [undefined, TypeError, /^a mode is a text, not undefined\. Write on, off, shadow/],
    [null, TypeError, /^a mode is a text, not null\. Write on, off, shadow/],
    [5, TypeError, /^a mode is a text, not number\. Write/],
    ['often', RangeError, /^no mode: "often"\. Write on, off, shadow/],
  ])('%j is no mode', (value, kind, message) => {
    expect(() => modeOf(value)).toThrow(kind);
    expect(() => modeOf(value)).toThrow(message);
  });

  it.each([
    [undefined, TypeError, "a component's name is a text, not undefined. There are tokenizer, http_pool, "],
    [5, TypeError, "a component's name is a text, not number. There are"],
    ['tokeniser', RangeError, 'no component: "tokeniser". Did you mean tokenizer? There are tokenizer, http_pool, '],
    ['nothing', RangeError, 'no component: "nothing". There are'],
  ])('%j is no component', (value, kind, message) => {
    expect(() => componentNameOf(value)).toThrow(kind);
    expect(() => componentNameOf(value)).toThrow(message);
  });

  it('takes functions only as listeners', () => {
    expect(() => listenerOf(5)).toThrow(new TypeError('a listener is a function that takes an event, not number.'));
    const listener = (): void => {};
    expect(listenerOf(listener)).toBe(listener);
  });
});
