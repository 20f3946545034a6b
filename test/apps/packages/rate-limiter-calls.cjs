/** What rate-limiter-flexible's documents show of limiters in memory, on a clock that the program moves. */
'use strict';

const { mock } = require('node:test');
const { note, noteLater } = require('./recorder.cjs');

mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_800_000_000_000 });

const tick = (ms) => mock.timers.tick(ms);
/** Answers and refusals alike, with everything they show. */
const shown = (promise) =>
  promise.then(
    (answer) => ({ answer: shape(answer) }),
    (refused) => ({ refused: refused instanceof Error ? refused.message : shape(refused) }),
  );
/** In which order keys are dumped is nowhere said. */
const sorted = (dump) => ({ ...dump, storage: dump.storage.sort((a, b) => (a.key < b.key ? -1 : 1)) });
const shape = (answer) =>
  answer === null || typeof answer !== 'object'
    ? answer
    : {
        class: answer.constructor.name,
        keys: Object.keys(answer),
        json: JSON.parse(JSON.stringify(answer)),
        text: String(answer),
      };

module.exports = async function callRateLimiter(api) {
  const {
    RateLimiterMemory,
    RateLimiterRes,
    RateLimiterUnion,
    BurstyRateLimiter,
    RateLimiterQueue,
    RLWrapperBlackAndWhite,
  } = api;

  const basic = new RateLimiterMemory({ points: 5, duration: 2 });
  for (let i = 0; i < 7; i += 1) await noteLater(`basic ${i}`, () => shown(basic.consume('ann')));
  await noteLater('basic other key', () => shown(basic.consume('bob', 2)));
  await noteLater('basic get', () => shown(basic.get('ann')));
  await noteLater('basic get unknown', () => shown(basic.get('nobody')));
  tick(1500);
  await noteLater('basic later', () => shown(basic.consume('ann')));
  await noteLater('basic penalty', () => shown(basic.penalty('bob', 2)));
  await noteLater('basic reward', () => shown(basic.reward('bob')));
  tick(600);
  await noteLater('basic expired get', () => shown(basic.get('ann')));
  await noteLater('basic after expiry', () => shown(basic.consume('ann')));
  await noteLater('basic delete', () => shown(basic.delete('ann')));
  await noteLater('basic delete again', () => shown(basic.delete('ann')));
  await noteLater('basic after delete', () => shown(basic.consume('ann', 3)));
  await noteLater('basic set', () => shown(basic.set('carl', 4, 10)));
  await noteLater('basic set for good', () => shown(basic.set('dora', 4, 0)));
  await noteLater('basic get set', () => shown(basic.get('carl')));
  await noteLater('basic get for good', () => shown(basic.get('dora')));
  await noteLater('basic consume set', () => shown(basic.consume('carl', 2)));
  await noteLater('basic block', () => shown(basic.block('eve', 30)));
  await noteLater('basic blocked', () => shown(basic.consume('eve')));
  tick(31_000);
  await noteLater('basic unblocked', () => shown(basic.consume('eve')));
  await noteLater('custom duration', () => shown(basic.consume('fay', 1, { customDuration: 60 })));
  await noteLater('half points', () => shown(basic.consume('gus', 1.5)));
  await noteLater('no number', () => shown(basic.consume('hal', 'x')));
  await noteLater('numeric key', () => shown(basic.consume(42)));
  await noteLater('negative', () => shown(basic.consume('ida', -3)));
  await noteLater('huge', () => shown(basic.penalty('jan', Number.MAX_SAFE_INTEGER)));
  await noteLater('huger', () => shown(basic.penalty('jan', 10)));
  await noteLater('endless month', () => shown(basic.set('kim', 1, 60 * 60 * 24 * 30)));

  const blocking = new RateLimiterMemory({ points: 2, duration: 1, blockDuration: 10, keyPrefix: 'block' });
  for (let i = 0; i < 5; i += 1) await noteLater(`blocking ${i}`, () => shown(blocking.consume('ann')));
  tick(5000);
  await noteLater('blocking later', () => shown(blocking.consume('ann')));
  tick(6000);
  await noteLater('blocking over', () => shown(blocking.consume('ann')));

  const forever = new RateLimiterMemory({ points: 3, duration: 0, keyPrefix: '' });
  for (let i = 0; i < 4; i += 1) await noteLater(`forever ${i}`, () => shown(forever.consume('ann')));
  tick(1e9);
  await noteLater('forever still', () => shown(forever.get('ann')));

  const evenly = new RateLimiterMemory({ points: 4, duration: 4, execEvenly: true });
  for (let i = 0; i < 3; i += 1) {
    await noteLater(`evenly ${i}`, () => {
      const waiting = shown(evenly.consume('ann'));
      tick(4000);
      return waiting;
    });
  }

  if (typeof basic.dump === 'function') {
    note('dump', () => sorted(basic.dump()));
    const copy = new RateLimiterMemory({ points: 5, duration: 2 });
    note('restore', () => copy.restore(basic.dump(), true));
    await noteLater('restored', () => shown(copy.consume('eve')));
    note('dump of the copy', () => sorted(copy.dump()));
    tick(3000);
    await noteLater('restored and expired', () => shown(copy.consume('eve')));
  }
  note('records', () => [...basic._memoryStorage._storage.keys()].sort());
  await noteLater('after a look at the records', () => shown(basic.consume('fay')));

  const union = new RateLimiterUnion(
    new RateLimiterMemory({ keyPrefix: 'one', points: 1, duration: 1 }),
    new RateLimiterMemory({ keyPrefix: 'two', points: 2, duration: 60 }),
  );
  for (let i = 0; i < 3; i += 1) {
    await noteLater(`union ${i}`, () =>
      union.consume('ann').then(
        (all) => Object.entries(all).map(([name, each]) => [name, shape(each)]),
        (all) => ({ refused: Object.entries(all).map(([name, each]) => [name, shape(each)]) }),
      ),
    );
    tick(1100);
  }
  const bursty = new BurstyRateLimiter(
    new RateLimiterMemory({ points: 2, duration: 1 }),
    new RateLimiterMemory({ keyPrefix: 'burst', points: 3, duration: 10 }),
  );
  for (let i = 0; i < 6; i += 1) await noteLater(`bursty ${i}`, () => shown(bursty.consume('ann')));
  const wrapped = new RLWrapperBlackAndWhite({
    limiter: new RateLimiterMemory({ points: 1, duration: 1 }),
    whiteList: ['friend'],
    blackList: ['foe'],
  });
  for (const [i, key] of ['friend', 'friend', 'foe', 'ann', 'ann'].entries())
    await noteLater(`lists ${i}`, () => shown(wrapped.consume(key)));
  const queue = new RateLimiterQueue(new RateLimiterMemory({ points: 1, duration: 1 }), { maxQueueSize: 2 });
  await noteLater('queue', async () => {
    const all = [1, 2, 3, 4].map(() => queue.removeTokens(1, 'ann').then(String, (error) => error.message));
    for (let i = 0; i < 40; i += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      tick(100);
    }
    return Promise.all(all);
  });
  note('bad options', () => new RateLimiterMemory({ points: 'many', duration: 1 }));
  await noteLater('class of an answer', async () => (await basic.consume('last')) instanceof RateLimiterRes);
  for (let i = 0; i < 3000; i += 1) basic.consume(`key ${i % 700}`, 1 + (i % 3)).catch(() => {});
  note('many keys', () => [
    basic._memoryStorage._storage.size,
    basic.dump && sorted(basic.dump()).storage.slice(0, 20),
  ]);
  tick(2100);
  note('all gone', () => basic._memoryStorage._storage.size);
};
