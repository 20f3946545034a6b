import { expect, test } from 'vitest';

import { differencesOf, upstreamDifferences, type Answer } from './recorded-answer.ts';

const ORIGIN = 'http://127.0.0.1:1';
const BODY = { id: '<id>', model: 'm', error: { message: 'litellm.RateLimitError: x', code: '429' }, list: [1, 2] };

function differences(body: object, status = 429): readonly string[] {
  const answer: Answer = { status, contentType: 'application/json; charset=utf-8', text: JSON.stringify(body) };
  return differencesOf({ status: 429, headers: { 'content-type': 'application/json' }, body: BODY }, answer, ORIGIN);
}

test('an answer as recorded has no difference, with an id, wording and additions of its own', () => {
  const error = { message: 'litellm.RateLimitError: y', code: '429' };
  expect(differences({ ...BODY, id: 'abc', error, more: 1 })).toEqual([]);
});

test.each([
  ['another status', BODY, 500],
  ['a missing id', { ...BODY, id: undefined }, 429],
  ['another value', { ...BODY, model: 'n' }, 429],
  ['another error class', { ...BODY, error: { message: 'litellm.Timeout: x', code: '429' } }, 429],
  ['another type', { ...BODY, error: { ...BODY.error, code: 429 } }, 429],
  ['a longer list', { ...BODY, list: [1, 2, 3] }, 429],
])('%s is a difference', (_name, body, status) => {
  expect(differences(body, status)).toHaveLength(1);
});

test('events are compared one by one', () => {
  const streamed = (...data: string[]): readonly string[] => {
    const text = data.map((line) => `data: ${line}\n\n`).join('');
    const expected = { status: 200, headers: {}, sse: ['data: {"a":1}', 'data: [DONE]'] };
    return differencesOf(expected, { status: 200, contentType: 'text/event-stream', text }, ORIGIN);
  };
  expect(streamed('{"a":1}', '[DONE]')).toEqual([]);
  expect(streamed('{"a":2}', '[DONE]')).toHaveLength(1);
  expect(streamed('{"a":1}')).toHaveLength(2);
  expect(streamed('[DONE]', '{"a":1}')).toHaveLength(2);
});

test('the provider gets what was recorded and nothing more', () => {
  const upstream = [
    { method: 'POST', path: '/v1/x', query: {}, headers: { authorization: 'Bearer k' }, body: { a: 1 } },
  ];
  const request = { method: 'POST', url: '/v1/x', headers: { authorization: 'Bearer k' }, body: '{"a":1}' };
  const check = (...requests: (typeof request)[]): number =>
    upstreamDifferences({ status: 200, headers: {}, upstream }, requests, ORIGIN).length;
  expect(check(request)).toBe(0);
  expect(check()).toBe(1);
  expect(check(request, request)).toBe(1);
  expect(check({ ...request, url: '/v1/y' })).toBe(1);
  expect(check({ ...request, headers: { authorization: 'Bearer other' } })).toBe(1);
  expect(check({ ...request, body: '{"a":1,"b":2}' })).toBe(1);
  expect(check({ ...request, body: '{}' })).toBe(1);
});
