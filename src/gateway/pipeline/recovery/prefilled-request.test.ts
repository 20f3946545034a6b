import { expect, test } from 'vitest';
import type { JsonObject } from '../../../protocol/json.ts';
import { writtenFields } from '../request-document.ts';
import type { RoutedRequest } from '../route-attempt.ts';
import { prefilledRequest } from './prefilled-request.ts';

function messages(given: readonly JsonObject[]): unknown {
  const routed = { fields: writtenFields({ model: 'm', messages: given }), prompt: null } as unknown as RoutedRequest;
  return (JSON.parse(prefilledRequest(routed, 'Hel').fields.bytes.text()) as JsonObject)['messages'];
}

test('the beginning is the last message, in the name of the assistant', () => {
  const asked = { role: 'user', content: 'x' };
  expect(messages([asked])).toEqual([asked, { role: 'assistant', content: 'Hel', prefix: true }]);
});

test('a beginning of the client’s own grows', () => {
  const own = { role: 'assistant', content: 'Oh: ', name: 'a' };
  expect(messages([own])).toEqual([{ role: 'assistant', content: 'Oh: Hel', name: 'a', prefix: true }]);
  const picture = { role: 'assistant', content: [{ type: 'text', text: 'x' }] };
  expect(messages([picture])).toEqual([picture, { role: 'assistant', content: 'Hel', prefix: true }]);
});
