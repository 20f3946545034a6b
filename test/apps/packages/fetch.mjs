/** What programs do with the global `fetch`. */
import recorder from './recorder.cjs';

const { note, noteLater } = recorder;
const provider = process.env.PROVIDER;

const shown = async (response) => ({
  status: response.status,
  statusText: response.statusText,
  ok: response.ok,
  path: new URL(response.url).pathname,
  redirected: response.redirected,
  type: response.type,
  isResponse: response instanceof Response,
  contentType: response.headers.get('content-type'),
  text: await response.text(),
});
const told = (error) => {
  const { name, message, code, cause } = error;
  const why =
    cause === undefined
      ? null
      : { name: cause.name, code: cause.code, message: String(cause.message).replace(/\d{4,5}/g, 'N') };
  return { name, message, code, why, class: error.constructor.name };
};
const call = (name, path, init) =>
  noteLater(name, () =>
    fetch(path.startsWith('http') ? path : provider + path, init)
      .then(shown)
      .catch(told),
  );

await call('get', '/echo');
await call('post', '/echo', { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } });
await call('bytes', '/echo', { method: 'POST', body: new TextEncoder().encode('bytes') });
await call('form', '/echo', { method: 'POST', body: new URLSearchParams({ a: '1' }) });
await call('blob', '/echo', { method: 'PUT', body: new Blob(['blob'], { type: 'text/plain' }) });
await call('stream body', '/echo', {
  method: 'POST',
  duplex: 'half',
  body: new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('streamed'));
      controller.close();
    },
  }),
});
await noteLater('request', () =>
  fetch(new Request(`${provider}/echo`, { method: 'POST', body: 'request' })).then(shown),
);
await noteLater('url', () => fetch(new URL('/echo', provider)).then(shown));
for (const status of [204, 400, 401, 404, 429, 500, 503]) await call(`status ${status}`, `/status/${status}`);
await call('redirect', '/redirect');
await call('no redirect', '/redirect', { redirect: 'manual' });
await call('redirect is an error', '/redirect', { redirect: 'error' });
await call('gzip', '/gzip');
await call('reset', '/reset', { method: 'POST', body: 'x' });
await call('cut', '/cut');
await call('refused', 'http://127.0.0.1:9/');
await call('bad port', 'http://127.0.0.1:99999/');
await call('bad method', '/echo', { method: 'BAD METHOD' });
await call('bad header', '/echo', { headers: { 'x y': '1' } });
await call('body with get', '/echo', { body: 'x' });
await call('aborted before', '/echo', { signal: AbortSignal.abort() });
await call('aborted with a reason', '/echo', { signal: AbortSignal.abort(new RangeError('mine')) });
await call('timeout', '/hang', { signal: AbortSignal.timeout(100) });
await noteLater('aborted later', () => {
  const controller = new AbortController();
  const answer = fetch(`${provider}/hang`, { signal: controller.signal }).catch(told);
  setTimeout(() => controller.abort(), 50);
  return answer;
});
await noteLater('aborted body', async () => {
  const controller = new AbortController();
  const response = await fetch(`${provider}/v1/chat/completions`, {
    method: 'POST',
    body: '{"stream":true}',
    signal: controller.signal,
  });
  const reader = response.body.getReader();
  const first = await reader.read();
  controller.abort();
  const rest = await reader.read().then(() => 'read on', told);
  return { first: first.done, rest: rest === 'read on' || rest.name === 'AbortError' };
});
await noteLater('clone', async () => {
  const response = await fetch(`${provider}/echo`);
  const copy = response.clone();
  return [await response.json(), await copy.json()];
});
await noteLater('many at once, one hanging', async () => {
  const controller = new AbortController();
  const hanging = fetch(`${provider}/hang`, { signal: controller.signal }).catch((error) => error.name);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => fetch(`${provider}/echo?${i}`).then(shown)));
  controller.abort();
  return [answers, await hanging];
});
await call('data', 'data:text/plain,hello').catch(() => {});
note('function', () => fetch);
note('no input', () => typeof fetch().catch(() => {}).then);
