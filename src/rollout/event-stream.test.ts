import { describe, expect, it } from 'vitest';
import { testRollout } from '../../test/support/rollout.ts';
import { createRollout } from './create-rollout.ts';
import { summarizeError } from './error-summary.ts';
import { readSettings } from './read-settings.ts';

const SECRET = 'sk-prompt-secret';

describe('events', () => {
  it('reach every listener in order, until it is removed', () => {
    const { rollout } = testRollout({});
    const seen: string[] = [];
    const remove = rollout.subscribe((event) => seen.push(`one ${event.type}`));
    rollout.subscribe((event) => seen.push(`two ${event.component} ${event.atMs}`));
    rollout.override('tokenizer', { mode: 'off' });
    remove();
    rollout.clearOverride('tokenizer');
    expect(seen).toEqual(['one mode_changed', 'two tokenizer 1790000000000', 'two tokenizer 1790000000000']);
  });

  it('a listener or a log that throws fails no call', () => {
    const rollout = createRollout({
      settings: readSettings({}),
      log: {
        info: () => {
          throw new Error('log');
        },
        warn: () => {
          throw new Error('log');
        },
      },
    });
    rollout.subscribe(() => {
      throw new Error('listener');
    });
    const component = rollout.component({ name: 'x', replaces: 'y', sticky: ['call'], repeatable: 'always' });
    const call = component.wrap({
      fast: (): number => {
        throw new Error('fast');
      },
      original: () => 1,
    });
    for (let index = 0; index < 20; index++) expect(call()).toBe(1);
    expect(component.report().state).toBe('rolled_back');
    rollout.close();
  });

  it('hold nothing of arguments, answers, identities or messages', async () => {
    const { component, time, events, lines, rollout } = testRollout({
      block: { tokenizer: { mode: 'canary', percent: 99, verify: { percent: 100 } } },
    });
    const named = (): Error => Object.assign(new Error(SECRET), { name: SECRET, code: SECRET });
    const call = component.wrap({
      fast: (text: string): string => {
        if (text.endsWith('0')) throw named();
        return `${text} wrong`;
      },
      original: (text: string) => text,
      identityOf: (_by, [text]) => text,
    });
    for (let index = 0; index < 50; index++) {
      call(`${SECRET} ${index}`);
      await time.runTurns();
      rollout.override('tokenizer', { mode: 'canary', percent: 98 });
    }
    const everything = JSON.stringify([events, lines, rollout.report()]);
    expect(everything).not.toContain('secret');
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(['mismatch', 'fallback', 'rolled_back', 'mode_changed']),
    );
  });
});

describe('the log', () => {
  it('has one line for each cause, not for each call, while every call is counted', () => {
    const { component, lines, events } = testRollout({
      block: { tokenizer: { error_budget: { percent: 100 }, verify: { first_calls: 0 } } },
    });
    let calls = 0;
    const call = component.wrap({
      fast: (): number => {
        throw calls++ % 2 === 0 ? new TypeError('one') : new RangeError('other');
      },
      original: () => 1,
    });
    for (let index = 0; index < 10_000; index++) call();
    expect(component.report().counts.fallbacks).toBe(10_000);
    expect(events.length).toBe(10_000);
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'tokenizer: the fast path failed, the original answered; logged once for this cause'],
      ['warn', 'tokenizer: the fast path failed, the original answered; logged once for this cause'],
    ]);
    expect(lines.map(({ fields }) => (fields['error'] as { name: string }).name)).toEqual(['TypeError', 'RangeError']);
  });

  it('is bounded for causes without end', () => {
    const { component, lines } = testRollout({ block: { tokenizer: { error_budget: { percent: 100 } } } });
    let calls = 0;
    const call = component.wrap({
      fast: (): number => {
        throw Object.assign(new Error('x'), { name: `Error${calls++}` });
      },
      original: () => 1,
    });
    for (let index = 0; index < 1_000; index++) call();
    expect(lines.length).toBe(32);
  });

  it('says each cause anew after the component was armed again', () => {
    const { component, lines, time, rollout } = testRollout({});
    let isBroken = true;
    const call = component.wrap({
      fast: (): number => {
        if (isBroken) throw new TypeError('x');
        return 1;
      },
      original: () => 1,
    });
    for (let index = 0; index < 5; index++) call();
    isBroken = false;
    time.pass(30_000);
    while (component.report().state === 'trial') call();
    isBroken = true;
    for (let index = 0; index < 50; index++) call();
    expect(lines.map(({ message }) => message)).toEqual([
      'tokenizer: the fast path failed, the original answered; logged once for this cause',
      'tokenizer: back to the original (error budget), tried again in 30 s',
      'tokenizer: tried again with 5 %',
      'tokenizer: trial passed, on holds again',
      'tokenizer: the fast path failed, the original answered; logged once for this cause',
      'tokenizer: back to the original (error budget), tried again in 60 s',
    ]);
    rollout.close();
  });
});

describe('summarizeError', () => {
  it('tells class, code and the place, never the message', () => {
    const error = Object.assign(new RangeError(SECRET), { code: 'ERR_X' });
    const summary = summarizeError(error);
    expect(summary).toMatchObject({ name: 'RangeError', code: 'ERR_X' });
    expect(summary.thrownAt).toMatch(/^(\S+ \()?event-stream\.test\.ts:\d+\)?$/);
  });

  it('takes no message for a place', () => {
    const error = new Error(`x\n    at ${SECRET} (${SECRET}.js:1:1)`);
    expect(JSON.stringify(summarizeError(error))).not.toContain(SECRET);
    const later = new Error('x');
    expect(later.stack).toContain('Error: x');
    later.message = 'y';
    expect(summarizeError(later).thrownAt).toBeNull();
    const forged = Object.assign(new Error('x'), { stack: `Error: x\n    at ${SECRET} with spaces (a b.js:1:1)` });
    expect(summarizeError(forged).thrownAt).toBeNull();
  });

  it.each([undefined, null, 'text', 7, { message: 'x' }])('takes whatever is thrown: %j', (thrown) => {
    expect(summarizeError(thrown)).toEqual({ name: typeof thrown, code: null, thrownAt: null });
  });

  it('survives an error that throws when it is read', () => {
    const hostile = new Error('x');
    Object.defineProperty(hostile, 'name', {
      get: () => {
        throw new Error('no');
      },
    });
    expect(summarizeError(hostile)).toEqual({ name: 'Error', code: null, thrownAt: null });
  });
});
