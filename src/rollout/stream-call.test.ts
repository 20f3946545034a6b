import { describe, expect, it } from 'vitest';
import { testRollout } from '../../test/support/rollout.ts';

interface StreamPlan {
  readonly items: readonly string[];
  /** Thrown after the items. */
  readonly error?: Error;
  readonly hangs?: boolean;
}

/** A stream that does what it is told, and says when it was closed. */
function stream(plan: StreamPlan, closed: string[], name: string): AsyncIterable<string> {
  return {
    async *[Symbol.asyncIterator]() {
      try {
        yield* plan.items;
        if (plan.error !== undefined) throw plan.error;
        if (plan.hangs === true) await new Promise(() => {});
      } finally {
        closed.push(name);
      }
    },
  };
}

function streams(fast: StreamPlan, original: StreamPlan, repeatable: 'after_failure' | 'never' = 'after_failure') {
  const rig = testRollout({ definition: { repeatable }, block: { tokenizer: { time_limit: '1s' } } });
  const closed: string[] = [];
  const call = rig.component.wrapStream({
    fast: () => stream(fast, closed, 'fast'),
    original: () => stream(original, closed, 'original'),
  });
  return { ...rig, call, closed };
}

async function collect(items: AsyncIterable<string>): Promise<readonly string[]> {
  const seen: string[] = [];
  try {
    for await (const item of items) seen.push(item);
  } catch (error) {
    seen.push(String(error));
  }
  return seen;
}

describe('a wrapped stream', () => {
  it("gives the serving side's items", async () => {
    const { call, component, rollout } = streams({ items: ['f1', 'f2'] }, { items: ['o1'] });
    expect(await collect(call())).toEqual(['f1', 'f2']);
    expect(component.report().applied).toBe(true);
    rollout.override('tokenizer', { mode: 'off' });
    expect(await collect(call())).toEqual(['o1']);
    expect(component.report().counts).toMatchObject({ fastCalls: 1, originalCalls: 1, throws: 0 });
  });

  it('is taken over by the original when it fails before its first item', async () => {
    const { call, component, closed } = streams({ items: [], error: new TypeError('x') }, { items: ['o1', 'o2'] });
    expect(await collect(call())).toEqual(['o1', 'o2']);
    expect(component.report().counts).toMatchObject({ throws: 1, fallbacks: 1 });
    expect(closed).toEqual(['fast', 'original']);
  });

  it('is never replayed after its first item', async () => {
    const { call, component } = streams({ items: ['f1'], error: new TypeError('x') }, { items: ['o1'] });
    expect(await collect(call())).toEqual(['f1', 'TypeError: x']);
    expect(component.report().counts).toMatchObject({ throws: 1, fallbacks: 0 });
  });

  it('is never replayed where it cannot be', async () => {
    const { call, component } = streams({ items: [], error: new TypeError('x') }, { items: ['o1'] }, 'never');
    expect(await collect(call())).toEqual(['TypeError: x']);
    expect(component.report().counts).toMatchObject({ throws: 1, fallbacks: 0 });
  });

  it('is taken over when its first item does not come in time', async () => {
    const { call, component, time, rollout } = streams({ items: [], hangs: true }, { items: ['o1'] });
    const items = collect(call());
    await time.runTurns();
    time.pass(1_100);
    expect(await items).toEqual(['o1']);
    expect(component.report().counts).toMatchObject({ hangs: 1, fallbacks: 1 });
    rollout.close();
  });

  it('may take its time after its first item', async () => {
    const { component, time } = testRollout({
      definition: { repeatable: 'after_failure' },
      block: { tokenizer: { time_limit: '1s' } },
    });
    let goOn = (): void => {};
    const call = component.wrapStream({
      async *fast() {
        yield 'f1';
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        yield 'f2';
      },
      original: () => stream({ items: ['o1'] }, [], 'original'),
    });
    const items = collect(call());
    await time.runTurns();
    time.pass(5_000);
    goOn();
    expect(await items).toEqual(['f1', 'f2']);
    expect([component.report().counts.hangs, time.timers]).toEqual([0, 0]);
  });

  it('has no blame where the original fails alike', async () => {
    const { call, component } = streams(
      { items: [], error: new TypeError('fast') },
      { items: [], error: new TypeError('original') },
    );
    expect(await collect(call())).toEqual(['TypeError: original']);
    expect(component.report().counts).toMatchObject({ throws: 0, agreedErrors: 1 });
  });

  it('is closed when the consumer leaves, and counts for nothing', async () => {
    const { call, component, closed } = streams({ items: ['f1', 'f2'] }, { items: ['o1'] });
    for await (const item of call()) {
      expect(item).toBe('f1');
      break;
    }
    expect(closed).toEqual(['fast']);
    expect(component.report().counts).toMatchObject({ throws: 0, hangs: 0 });
  });

  it('passes on what the original throws where the original serves', async () => {
    const { call, component, rollout } = streams({ items: [] }, { items: ['o1'], error: new RangeError('x') });
    rollout.override('tokenizer', { mode: 'off' });
    expect(await collect(call())).toEqual(['o1', 'RangeError: x']);
    expect(component.report().counts).toMatchObject({ throws: 0, fallbacks: 0 });
  });

  it('that throws when it is opened is taken over too', async () => {
    const { component } = testRollout({ definition: { repeatable: 'after_failure' } });
    const call = component.wrapStream({
      fast: (): AsyncIterable<string> => {
        throw new TypeError('x');
      },
      original: () => stream({ items: ['o1'] }, [], 'original'),
    });
    expect(await collect(call())).toEqual(['o1']);
    expect(component.report().counts.fallbacks).toBe(1);
  });
});
