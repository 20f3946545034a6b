import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { FakeExchange, type FakeRequest } from '../../test/support/fake-exchange.ts';
import { snapshotWith, type SnapshotParts } from '../../test/support/snapshot.ts';
import { compileAuth } from './auth/authenticate.ts';
import type { RouteDefinition, RouteHandler } from './contract.ts';
import { Dispatcher } from './dispatcher.ts';
import { compileCors } from './http/cors.ts';
import { compileOpenModeGuard } from './http/open-mode-guard.ts';
import { RouteTable } from './http/route-table.ts';
import { GatewayError } from '../errors/gateway-error.ts';

const KEY = { authorization: 'Bearer sk-1234' };

/** A dispatcher over a few routes; `happened` tells in which order its parts were asked. */
class Rig {
  readonly happened: string[] = [];
  readonly logLines: string[] = [];
  readonly #dispatcher: Dispatcher;

  constructor(handler: RouteHandler, parts: SnapshotParts = {}) {
    const snapshot = snapshotWith(parts);
    const log = pino({ level: 'trace' }, { write: (line: string) => this.logLines.push(line) });
    const route = (path: string, access: 'key' | 'public', methods = ['POST']): RouteDefinition => ({
      methods,
      path,
      family: 'test',
      access,
      handler: (exchange, context) => {
        this.happened.push('handler');
        return handler(exchange, context);
      },
    });
    const authenticate = compileAuth(snapshot);
    this.#dispatcher = new Dispatcher({
      state: { snapshot, log, now: () => 0, monotonicMs: () => 0 },
      routes: new RouteTable([
        route('/guarded', 'key'),
        route('/guarded/{name}', 'key'),
        route('/open', 'public', ['GET', 'POST']),
      ]),
      cors: compileCors(snapshot),
      guard: compileOpenModeGuard(snapshot, '127.0.0.1'),
      authenticate: (exchange, to) => {
        this.happened.push('authenticate');
        return authenticate(exchange, to);
      },
      fallback: null,
      checkRestrictions: () => {
        this.happened.push('restrictions');
        if (snapshot.restrictions.length > 0) throw new GatewayError('not_implemented', 'restricted');
      },
    });
  }

  ask(request: FakeRequest): FakeExchange {
    const exchange = new FakeExchange({ method: 'POST', target: '/guarded', ...request });
    this.#dispatcher.handle(exchange);
    return exchange;
  }
}

const answer: RouteHandler = (exchange, { caller, pathParams, route }) =>
  exchange.reply(200, [], JSON.stringify({ caller: caller.kind, route, params: [...pathParams] }));

describe('Dispatcher', () => {
  test('asks for the key, then for restrictions, then the handler', () => {
    const rig = new Rig(answer);
    const exchange = rig.ask({ target: '/guarded/a%20b?x=1', headers: KEY });
    expect(exchange.json).toEqual({ caller: 'master', route: '/guarded/{name}', params: [['name', 'a b']] });
    expect(rig.happened).toEqual(['authenticate', 'restrictions', 'handler']);
  });

  test.each([{}, { authorization: 'Bearer sk-wrong' }])('answers 401 to %j and runs nothing', (headers) => {
    const rig = new Rig(answer);
    const exchange = rig.ask({ headers, body: ['x'] });
    expect(exchange.status).toBe(401);
    expect(rig.happened).toEqual(['authenticate']);
  });

  test('a public route asks nobody', () => {
    const rig = new Rig(answer);
    expect(rig.ask({ target: '/open' }).json).toMatchObject({ caller: 'none' });
    expect(rig.happened).toEqual(['restrictions', 'handler']);
  });

  test('a restriction that is not enforced here answers 501 before the handler', () => {
    const rig = new Rig(answer, { restrictions: [{ key: 'k', scope: 'all', masterKeyPasses: false }] });
    expect(rig.ask({ headers: KEY }).status).toBe(501);
    expect(rig.happened).not.toContain('handler');
  });

  test('an unknown path is 404 without a key check, a wrong method 405 with what is allowed', () => {
    const rig = new Rig(answer);
    const unknown = rig.ask({ target: '/nope' });
    expect([unknown.status, unknown.text]).toEqual([404, '{"detail":"Not Found"}']);
    const method = rig.ask({ method: 'PUT', target: '/open', headers: KEY });
    expect([method.status, method.replied('allow')]).toEqual([405, ['GET, POST']]);
    expect(rig.happened).toEqual([]);
  });

  test('a slash too many is redirected with the query', () => {
    const exchange = new Rig(answer).ask({ target: '/guarded/?a=1&b=%20' });
    expect([exchange.status, exchange.replied('location')]).toEqual([307, ['/guarded?a=1&b=%20']]);
  });

  test.each<[string, RouteHandler]>([
    [
      'thrown',
      () => {
        throw new TypeError('inside: secret detail');
      },
    ],
    ['rejected', () => Promise.reject(new TypeError('inside: secret detail'))],
  ])('an unexpected error that is %s answers 500 without its text; the log has it', async (_how, handler) => {
    const rig = new Rig(handler);
    const exchange = rig.ask({ headers: KEY });
    await expect.poll(() => exchange.ended).toBe(true);
    expect(exchange.status).toBe(500);
    expect(exchange.text).not.toMatch(/secret detail|TypeError|\.ts/);
    expect(rig.logLines.join('')).toContain('secret detail');
  });

  test('an error after the head cuts the connection, so that nothing looks complete', async () => {
    const rig = new Rig((exchange) => {
      exchange.replyHead(200, []);
      exchange.write(Buffer.from('half'));
      return Promise.reject(new GatewayError('internal', 'x'));
    });
    const exchange = rig.ask({ headers: KEY });
    await expect.poll(() => exchange.ended).toBe(true);
    expect([exchange.aborted, exchange.text]).toEqual([true, 'half']);
  });

  test('without a master key foreign hosts and pages are refused before anything else', () => {
    const rig = new Rig(answer, { general: { masterKey: null } });
    expect(rig.ask({ headers: { host: 'evil.test' } }).status).toBe(403);
    expect(rig.ask({ headers: { host: 'localhost:4000', origin: 'http://evil.test' } }).status).toBe(403);
    expect(rig.happened).toEqual([]);
    expect(rig.ask({ headers: { host: 'localhost:4000' } }).json).toMatchObject({ caller: 'open' });
  });
});
