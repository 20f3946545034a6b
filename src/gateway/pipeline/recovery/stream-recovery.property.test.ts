import '../../../../test/support/fuzz-runs.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FakeUpstreamCall } from '../../../../test/support/fake-upstream.ts';
import {
  chunk,
  flushed,
  gateway,
  PREFILLS,
  says,
  seen,
  STREAM,
  stops,
} from '../../../../test/support/recovery-gateway.ts';

/** Texts that are alike at their beginning, with characters of one to four bytes and pairs that a piece may cut. */
const text = fc.string({
  unit: fc.constantFrom('a', 'b', ' ', 'é', '漢', '🙂', '\ud83d', '"', '\\', '\n'),
  maxLength: 12,
});
const cuts = fc.array(fc.nat({ max: 14 }), { maxLength: 6 });
const size = fc.integer({ min: 1, max: 90 });

/** The text in pieces, cut between any two UTF-16 units. */
function pieces(whole: string, at: readonly number[]): readonly string[] {
  const places = [...at.map((place) => Math.min(place, whole.length)), 0, whole.length].sort((a, b) => a - b);
  return places.slice(1).map((place, index) => whole.slice(places[index], place));
}

function bytes(whole: string, at: readonly number[], from: string): Buffer {
  const events = pieces(whole, at).map((piece) => says(piece, from));
  return Buffer.from([chunk({ role: 'assistant', content: '' }, {}, from), ...events, stops(from)].join(''));
}

/** A stream in chunks of one size, up to `end`; each chunk in a turn of its own or all in one. */
async function send(
  of: FakeUpstreamCall,
  all: Buffer,
  how: { size: number; end: number; turns: boolean },
): Promise<void> {
  of.head(200, STREAM);
  for (let at = 0; at < how.end && !of.aborted; at += how.size) {
    of.data(all.subarray(at, Math.min(how.end, at + how.size)));
    if (how.turns) await flushed();
  }
}

describe('whatever breaks off where, and however it goes on', () => {
  const first = fc.record({ text, cuts, size, end: fc.double({ min: 0, max: 1, noNaN: true }), turns: fc.boolean() });
  const second = fc.record({ cuts, size, turns: fc.boolean() });

  test('the client has the same text, or an error and a beginning of it', async () => {
    const to = gateway({ disable_cooldowns: true });
    await fc.assert(
      fc.asyncProperty(first, second, fc.option(text), async (broken, next, other) => {
        to.upstream.calls.length = 0;
        const exchange = to.chat({ stream: true });
        const all = bytes(broken.text, broken.cuts, '1');
        const end = Math.floor((all.length - 1) * broken.end);
        await send(to.upstream.calls[0] as FakeUpstreamCall, all, { ...broken, end });
        to.upstream.calls[0]?.receiver.onError({ code: 'reset', message: 'gone', unsent: false });
        await flushed();
        const [, asked] = to.upstream.calls;
        const sent = seen(exchange).text;
        const answer = other ?? broken.text;
        if (asked !== undefined) {
          const rest = bytes(answer, next.cuts, '2');
          await send(asked, rest, { ...next, end: rest.length });
          if (!asked.aborted) asked.receiver.onEnd();
          await flushed();
        }
        const goesOn = asked !== undefined && answer.startsWith(sent);
        const { text: got, error, done } = seen(exchange);
        expect([broken.text.startsWith(sent), exchange.ended]).toEqual([true, true]);
        expect([got, error === null, done]).toEqual([goesOn ? answer : sent, goesOn, goesOn]);
      }),
    );
  });

  test('a prefilled continuation stands directly behind what the client has', async () => {
    const to = gateway({ disable_cooldowns: true, retry_budget_ratio: null }, PREFILLS);
    await fc.assert(
      fc.asyncProperty(first, second, text, async (broken, next, more) => {
        fc.pre(broken.text !== '');
        to.upstream.calls.length = 0;
        const exchange = to.chat({ stream: true });
        const [of] = to.upstream.calls;
        of?.head(200, STREAM);
        of?.data(
          pieces(broken.text, broken.cuts)
            .map((piece) => says(piece))
            .join(''),
          broken.size,
        );
        of?.receiver.onEnd();
        await flushed();
        await send(to.upstream.calls[1] as FakeUpstreamCall, bytes('#', [], '2'), { ...next, end: 1000 });
        await flushed();
        const asked = to.upstream.calls[2] as FakeUpstreamCall;
        expect((asked.json['messages'] as unknown[]).at(-1)).toMatchObject({ content: broken.text, prefix: true });
        const rest = bytes(more, next.cuts, '3');
        await send(asked, rest, { ...next, end: rest.length });
        asked.receiver.onEnd();
        await flushed();
        expect(seen(exchange)).toMatchObject({ text: broken.text + more, error: null, done: true });
      }),
    );
  });
});
