/** E01 to E09 and E11 of the fault catalogue: odd and failing providers, before and in the middle of a stream. */
import { gzipSync } from 'node:zlib';
import { PROVIDER_KEY, type FaultRun } from '../support/fault-fleet.ts';
import { scaledMs, TIMEOUT_MS } from '../support/fault-scale.ts';
import { firstThen, gapMs, oneRequest, refuse, type FaultScenario } from '../support/fault-scenario.ts';
import { answerPaced, completion, HEALTHY_TEXT, part, speak, usagePart, WORDS } from '../support/scripted-answers.ts';
import type { ProviderCall, Script } from '../support/scripted-provider.ts';
import type { Rule } from '../support/verdict.ts';

export const LIMIT_MS = 40_000;
/** What a time limit may take longer than it says. */
const GRACE_MS = 2000;
const TEXT = 'naïve café – 漢字かな – 👩‍👩‍👧‍👦🇫🇷 – ﷽ – e\u0301 🙂';

/** The time limit ended the wait for the deployment, and for the client: an error, or the next provider, came then. */
export function boundedByTimeout({ primary, fallback, startedMs, elapsedMs }: FaultRun): readonly Rule[] {
  const longest = Math.max(...primary.map((call) => (call.closedMs ?? Number.POSITIVE_INFINITY) - call.arrivedMs));
  const next = fallback[0]?.arrivedMs ?? startedMs + elapsedMs;
  const limit = TIMEOUT_MS + GRACE_MS;
  return [
    { text: `an attempt of ${longest.toFixed()} ms, at most ${limit}`, held: longest <= limit },
    {
      text: `${(next - startedMs).toFixed()} ms until the fallback, at most ${limit}`,
      held: next - startedMs <= limit,
    },
  ];
}

function asBytes(call: ProviderCall, lineEnd = '\n'): Buffer {
  const events = [part(call.model, TEXT), part(call.model, null, 'stop'), usagePart(call.model)];
  const lines = [...events.map((event) => JSON.stringify(event)), '[DONE]'];
  return Buffer.from(lines.map((line) => `data: ${line}${lineEnd}${lineEnd}`).join(''));
}

/** The whole stream in pieces of `size` bytes. */
function inPieces(size: number, lineEnd?: string): Script {
  return (call) => {
    call.streamHead();
    const bytes = asBytes(call, lineEnd);
    for (let at = 0; at < bytes.length; at += size) call.chunk(bytes.subarray(at, at + size));
    call.endChunks();
  };
}

const onlyComments: Script = async (call) => {
  call.streamHead();
  const endsMs = performance.now() + scaledMs(60);
  while (call.connectionOpen && performance.now() < endsMs) {
    call.chunk(': keep-alive\n\n');
    await call.pause(300);
  }
  call.endChunks();
};

const errorFirst: Script = (call) => {
  call.streamHead();
  call.event({ error: { message: 'the engine is overloaded', type: 'server_error', code: 'overloaded' } });
  call.event('[DONE]');
  call.endChunks();
};

const filtered: Script = async (call) => {
  call.streamHead();
  await speak(call, WORDS.slice(0, 20));
  call.event(part(call.model, null, 'content_filter'));
  call.event('[DONE]');
  call.endChunks();
};

const GZIP_REASON = 'temperature is too high for this model';
const ODD_HEADERS = [
  'content-type: application/json',
  'x-twice: 1',
  'x-twice: 2',
  'set-cookie: a=1',
  'set-cookie: b=2',
  `x-large: ${'h'.repeat(15_000)}`,
];

export const MORE_PROVIDER_SCENARIOS: readonly FaultScenario[] = [
  retryAfterDate(),
  oneRequest({
    id: 'E02',
    what: 'a stream of comments',
    withinMs: 3 * TIMEOUT_MS + 10_000,
    script: () => onlyComments,
    rules: boundedByTimeout,
  }),
  oneRequest({
    id: 'E03',
    what: 'the first event of a stream is an error',
    withinMs: LIMIT_MS,
    script: () => errorFirst,
    rules: ({ fallback }) => [{ text: 'the fallback answers', held: fallback.length === 1 }],
  }),
  oneRequest({ id: 'E04', what: 'one byte per chunk', withinMs: LIMIT_MS, text: TEXT, script: () => inPieces(1) }),
  oneRequest({
    id: 'E05',
    what: 'CRLF, cut every 7 bytes',
    withinMs: LIMIT_MS,
    text: TEXT,
    script: () => inPieces(7, '\r\n'),
  }),
  oneRequest({
    id: 'E06',
    what: 'content_filter after 20 words',
    withinMs: LIMIT_MS,
    mostAttempts: 1,
    text: WORDS.slice(0, 20).join(''),
    script: () => filtered,
    rules: ({ reply }) => [{ text: 'that finish reason', held: reply?.finishReason === 'content_filter' }],
  }),
  ...[true, false].map((stream) =>
    oneRequest({
      id: 'E07',
      variant: stream ? 'stream' : 'plain',
      what: '401 with the key in its message',
      withinMs: LIMIT_MS,
      stream,
      mostAttempts: 1,
      script: () => refuse(401, { message: `Incorrect API key provided: ${PROVIDER_KEY}.`, code: 'invalid_api_key' }),
    }),
  ),
  oneRequest({
    id: 'E08',
    what: 'a gzip-encoded 400',
    withinMs: LIMIT_MS,
    script: () => (call) =>
      call.answer(400, gzipSync(JSON.stringify({ error: { message: GZIP_REASON, type: 'invalid_request_error' } })), [
        'content-type: application/json',
        'content-encoding: gzip',
      ]),
    outcome: ({ reply }) =>
      reply?.status === 400 && reply.error?.message?.includes(GZIP_REASON) === true ? 'right' : null,
  }),
  oneRequest({
    id: 'E09',
    what: 'content-length larger than the body, then FIN',
    withinMs: LIMIT_MS,
    stream: false,
    mostAttempts: 3,
    script: () => async (call) => {
      const body = completion(call.model, HEALTHY_TEXT);
      call.head(200, ['content-type: application/json', `content-length: ${body.length + 100}`]);
      await call.writeAll(body);
      call.end();
    },
  }),
  oneRequest({
    id: 'E11',
    what: 'duplicate headers, two cookies, a header of 15 KB',
    withinMs: LIMIT_MS,
    stream: false,
    mostAttempts: 1,
    script: () => (call) => call.answer(200, completion(call.model, HEALTHY_TEXT), ODD_HEADERS),
    rules: ({ fallback }) => [{ text: 'answered at the first attempt', held: fallback.length === 0 }],
  }),
];

function retryAfterDate(): FaultScenario {
  let dateAheadMs = Number.POSITIVE_INFINITY;
  return oneRequest({
    id: 'E01',
    what: '429 with a Retry-After date 3 s ahead',
    withinMs: LIMIT_MS,
    script: firstThen((call) => {
      const date = new Date(Date.now() + 3000);
      date.setMilliseconds(0);
      dateAheadMs = date.getTime() - Date.now();
      return refuse(429, { message: 'slow down', type: 'rate_limit_error' }, [`retry-after: ${date.toUTCString()}`])(
        call,
      );
    }, answerPaced),
    rules: ({ primary }) => [
      {
        text: `tried again after ${gapMs(primary)?.toFixed()} ms, not before ${dateAheadMs - 1000}`,
        held: (gapMs(primary) ?? Number.POSITIVE_INFINITY) >= dateAheadMs - 1000,
      },
    ],
  });
}
