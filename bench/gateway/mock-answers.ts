/** What the provider behind every contestant answers, and what therefore must come out of one. */
const EVENTS = 64;
const HEAD = { id: 'chatcmpl-bench', created: 1_700_000_000, model: 'gpt-4o-mini-2024-07-18' };
const USAGE = { prompt_tokens: 220, completion_tokens: 200, total_tokens: 420 };
const WORDS = Array.from({ length: EVENTS }, (_, index) => `word${index} `);

/** The text of the JSON answer. */
export const ANSWER_TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(18);
/** The text of the stream, one word an event. */
export const STREAM_TEXT = WORDS.join('');

export const JSON_BODY = JSON.stringify({
  ...HEAD,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: ANSWER_TEXT }, finish_reason: 'stop' }],
  usage: USAGE,
});

export const JSON_ANSWER = whole(JSON_BODY);
export const STREAM_ANSWER = streamed();

/** A whole HTTP/1.1 reply with a JSON body. */
export function whole(body: string): Buffer {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(`${head}${body}`);
}

function streamed(): Buffer {
  const parts = WORDS.map((content) => event([{ index: 0, delta: { content }, finish_reason: null }]));
  parts.push(event([{ index: 0, delta: {}, finish_reason: 'stop' }]), event([], { usage: USAGE }), 'data: [DONE]\n\n');
  const chunks = parts.map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`).join('');
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
  );
}

function event(choices: readonly object[], more: object = {}): string {
  return `data: ${JSON.stringify({ ...HEAD, object: 'chat.completion.chunk', choices, ...more })}\n\n`;
}
