/**
 * Compares an answer with a recorded one, as far as a client depends on it: the status, every recorded field of the
 * body or of each event with its value, the requests to the provider. Left out, as in the compat kit: what LiteLLM adds
 * to a provider's answer, the wording of messages behind the class name, times and generated ids, more fields than
 * recorded. What does not count yet (`test/compat/ratchet.json`) does not occur here: no headers but content-type.
 */
import type { SampleCase } from './compat-sample.ts';
import type { ProviderRequest } from './replaying-provider.ts';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

type Expected = SampleCase['steps'][0]['expect'];

/** LiteLLM's own additions and clock: a client does not depend on them. */
const NOT_COMPARED = /(^|\.)(provider_specific_fields|cost|created)(\.|$)|\.usage\.completion_tokens$/;

/** Differences, one line each; empty: the answer is as recorded. `origin`: the provider's address of this run. */
export function differencesOf(expected: Expected, answer: Answer, origin: string): readonly string[] {
  const found: string[] = [];
  if (answer.status !== expected.status)
    found.push(`status ${answer.status}, recorded ${expected.status}: ${answer.text}`);
  const media = expected.headers['content-type']?.split(';')[0];
  if (media !== undefined && answer.contentType.split(';')[0] !== media)
    found.push(`content-type ${answer.contentType}`);
  const text = answer.text.replaceAll(origin, 'http://upstream.test');
  if (expected.sse !== undefined) {
    const events = text.split('\n\n').filter((event) => event !== '');
    if (events.length !== expected.sse.length) found.push(`${events.length} events, recorded ${expected.sse.length}`);
    expected.sse.forEach((event, index) =>
      found.push(...compare(dataOf(event), dataOf(events[index] ?? ''), `event ${index}`)),
    );
  } else if (expected.body !== undefined) found.push(...compare(expected.body, parsed(text), 'body'));
  else if (expected.text !== undefined) found.push(...compare(expected.text, text, 'text'));
  return found;
}

/** Number, address, credential and body of the requests that the provider got. */
export function upstreamDifferences(
  expected: Expected,
  requests: readonly ProviderRequest[],
  origin: string,
): readonly string[] {
  const wanted = expected.upstream ?? [];
  const found =
    requests.length === wanted.length ? [] : [`${requests.length} provider requests, recorded ${wanted.length}`];
  for (const [index, want] of wanted.entries()) {
    const got = requests[index];
    if (got === undefined) break;
    const [where, query = ''] = got.url.split('?');
    const name = `provider request ${index}`;
    found.push(...compare(`${want.method} ${want.path}`, `${got.method} ${where ?? ''}`, name));
    found.push(...compare(want.query, Object.fromEntries(new URLSearchParams(query)), `${name} query`));
    for (const header of ['authorization', 'api-key', 'x-api-key']) {
      if (want.headers[header] !== got.headers[header]) found.push(`${name}: ${header} ${String(got.headers[header])}`);
    }
    const body = parsed(got.body.replaceAll(origin, 'http://upstream.test'));
    // Both ways: a field that nobody recorded must not reach a provider.
    if (want.body !== undefined)
      found.push(...compare(want.body, body, name), ...compare(body, want.body, `${name} additional`));
  }
  return found;
}

function dataOf(event: string): unknown {
  return parsed(/^data: ?(.*)$/ms.exec(event)?.[1] ?? event);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.trim();
  }
}

/** Every recorded value must be there; what is there beside them is not looked at. */
function compare(want: unknown, got: unknown, path: string): readonly string[] {
  if (NOT_COMPARED.test(path)) return [];
  if (want === null || want === undefined) return [];
  if (typeof want === 'string') return textAgrees(want, got, path) ? [] : [line(path, want, got)];
  if (Array.isArray(want)) {
    if (!Array.isArray(got)) return [line(path, want, got)];
    const length = want.length === got.length ? [] : [`${path}: ${got.length} entries, recorded ${want.length}`];
    return [...length, ...want.flatMap((value, index) => compare(value, got[index], `${path}[${index}]`))];
  }
  if (typeof want !== 'object') return Object.is(want, got) ? [] : [line(path, want, got)];
  if (got === undefined && path.endsWith('.usage') && isZeroUsage(want)) return [];
  if (typeof got !== 'object' || got === null) return [line(path, want, got)];
  // The usage chunk has no choices here; LiteLLM's has an empty one.
  const entries = Object.entries(want).filter(([key]) => !(key === 'choices' && isUsageChunk(got)));
  return entries.flatMap(([key, value]) =>
    compare(value, Object.hasOwn(got, key) ? Reflect.get(got, key) : undefined, `${path}.${key}`),
  );
}

/** Usage that LiteLLM makes up when the provider told none. */
function isZeroUsage(usage: object): boolean {
  return Object.values(usage).every((count) => count === 0 || count === null);
}

function isUsageChunk(event: object): boolean {
  return (
    'usage' in event &&
    event.usage !== null &&
    'choices' in event &&
    Array.isArray(event.choices) &&
    event.choices.length === 0
  );
}

function textAgrees(want: string, got: unknown, path: string): boolean {
  // A generated id or a time stands as `<uuid>`, `<now>` in the recording; a time is a number in the answer.
  if (/^<\w+>$/.test(want)) return got !== undefined && got !== null;
  if (typeof got !== 'string') return false;
  if (/\.(message|detail|msg)$/.test(path)) return classOf(want) === classOf(got) && got !== '';
  const pattern = want.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/<\w+>/g, '[^"]*');
  return new RegExp(`^${pattern}$`, 's').test(got.trim()) || want.trim() === got.trim();
}

/** `litellm.RateLimitError` of `litellm.RateLimitError: RateLimitError: …`. */
function classOf(message: string): string {
  return /^(litellm\.\w+)/.exec(message)?.[1] ?? '';
}

function line(path: string, want: unknown, got: unknown): string {
  const short = (value: unknown): string => (JSON.stringify(value) ?? '(absent)').slice(0, 200);
  return `${path}: recorded ${short(want)}, got ${short(got)}`;
}
