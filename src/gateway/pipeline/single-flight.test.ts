import { describe, expect, test } from 'vitest';
import { FakeExchange } from '../../../test/support/fake-exchange.ts';
import { SingleFlight, WatchedExchange, type Flyer } from './single-flight.ts';

interface Recorded extends Flyer {
  readonly exchange: FakeExchange;
  readonly events: string[];
}

function flyer(callId: string): Recorded {
  const events: string[] = [];
  return {
    exchange: new FakeExchange(),
    callId,
    events,
    lead: () => void events.push('leads'),
    landed: (status) => void events.push(`landed ${status}`),
  };
}

const REPLY = { status: 200, headers: ['content-type', 'text/plain', 'x-litellm-call-id', 'one'], body: 'hi' };

describe('SingleFlight', () => {
  test('the first leads, the others get its answer under their own call ids', () => {
    const flights = new SingleFlight();
    const [one, two, three] = [flyer('one'), flyer('two'), flyer('three')];
    expect([one, two, three].map((each) => flights.join('k', each))).toEqual([false, true, true]);
    flights.land('k', REPLY);
    expect([two.exchange.text, two.exchange.replied('x-litellm-call-id')]).toEqual(['hi', ['two']]);
    expect([three.exchange.status, three.events]).toEqual([200, ['landed 200']]);
    expect([flights.size, flights.join('k', flyer('four'))]).toEqual([0, false]);
  });

  test('other keys fly alone', () => {
    const flights = new SingleFlight();
    expect([flights.join('a', flyer('one')), flights.join('b', flyer('two'))]).toEqual([false, false]);
  });

  test('when the leader goes the next who is still there leads, and serves who came after', () => {
    const flights = new SingleFlight();
    const [two, three, four] = [flyer('two'), flyer('three'), flyer('four')];
    flights.join('k', flyer('one'));
    for (const each of [two, three, four]) flights.join('k', each);
    two.exchange.leave();
    flights.leave('k');
    expect([two.events, three.events, four.events]).toEqual([[], ['leads'], []]);
    flights.land('k', REPLY);
    expect([three.exchange.headSent, four.exchange.text]).toEqual([false, 'hi']);
  });

  test('nobody is kept when all have gone', () => {
    const flights = new SingleFlight();
    flights.join('k', flyer('one'));
    const two = flyer('two');
    flights.join('k', two);
    two.exchange.leave();
    flights.leave('k');
    expect(flights.size).toBe(0);
  });

  test('a watched exchange answers its client first, then tells', () => {
    const inner = new FakeExchange();
    const watched = new WatchedExchange(inner);
    const seen: unknown[] = [];
    watched.onReply = (reply) => void seen.push([inner.text, reply.status]);
    watched.reply(200, [], 'hi');
    expect(seen).toEqual([['hi', 200]]);
  });
});
