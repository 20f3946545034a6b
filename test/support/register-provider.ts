/** A provider for whole programs: OpenAI's and Anthropic's shapes, scripted, and the faults that a client must survive. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** What arrived, without what differs from run to run. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly body: string;
}

export class RegisterProvider {
  readonly seen: SeenRequest[] = [];
  connections = 0;
  readonly #server: Server;
  #failures = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    // Without a hint of how long it keeps connections, as most providers.
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', () => (this.connections += 1));
  }

  static async start(): Promise<RegisterProvider> {
    const provider = new RegisterProvider();
    await new Promise<void>((resolve) => provider.#server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Forgets what was seen, before another run. */
  reset(): void {
    this.seen.length = 0;
    this.connections = 0;
    this.#failures = 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const path = request.url ?? '';
    const authorization = request.headers.authorization ?? String(request.headers['x-api-key'] ?? '');
    this.seen.push({ method: request.method ?? '', path, authorization, body });
    const [, status] = /^\/status\/(\d+)/.exec(path) ?? [];
    if (status !== undefined) return replyJson(response, Number(status), failure(status));
    const answer = ANSWERS[path.split('?')[0] ?? ''];
    if (answer !== undefined) return answer(response, body);
    switch (path) {
      case '/twice-failing/chat/completions':
        this.#failures += 1;
        return this.#failures % 3 === 0
          ? replyJson(response, 200, completion('at last'))
          : replyJson(response, 503, failure('503'), { 'retry-after-ms': '1' });
      case '/reset':
        return void request.socket.destroy();
      case '/cut':
        response.writeHead(200, { 'content-length': '100' });
        response.write('only this');
        return void setImmediate(() => request.socket.destroy());
      case '/hang':
        return;
      case '/redirect':
        return void response.writeHead(307, { location: '/echo' }).end();
      case '/gzip':
        return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('unpacked'));
      default:
        return replyJson(response, 200, { method: request.method, path, body, type: request.headers['content-type'] });
    }
  }
}

function replyJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_1', ...headers });
  response.end(JSON.stringify(body));
}

function replyEvents(
  response: ServerResponse,
  events: readonly (readonly [name: string | null, data: unknown])[],
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [name, data] of events) {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    response.write(`${name === null ? '' : `event: ${name}\n`}data: ${text}\n\n`);
  }
  response.end();
}

function failure(status: string): unknown {
  return { error: { message: `scripted ${status}`, type: 'scripted_error', param: null, code: 'scripted' } };
}

const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
const CHUNK = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_800_000_000, model: 'gpt-4o' };

function completion(content: string): unknown {
  const message = { role: 'assistant', content, refusal: null };
  const choices = [{ index: 0, message, finish_reason: 'stop', logprobs: null }];
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_800_000_000,
    model: 'gpt-4o',
    choices,
    usage: USAGE,
  };
}

function chunk(delta: unknown, finish: string | null = null): readonly [null, unknown] {
  return [null, { ...CHUNK, choices: [{ index: 0, delta, finish_reason: finish }] }];
}

const RESPONSE = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_800_000_000,
  status: 'completed',
  model: 'gpt-4o',
  output: [
    {
      type: 'message',
      id: 'msg_1',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Hello there.', annotations: [] }],
    },
  ],
  usage: {
    input_tokens: 5,
    output_tokens: 2,
    total_tokens: 7,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  },
};

const VECTOR = [0.25, -0.5, 1];
const VECTOR_BASE64 = Buffer.from(Float32Array.from(VECTOR).buffer).toString('base64');

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: 'Hello there.' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 5, output_tokens: 2 },
};

const ANSWERS: Readonly<Record<string, (response: ServerResponse, body: string) => void>> = {
  '/v1/chat/completions': (response, body) => {
    if (!body.includes('"stream":true')) return replyJson(response, 200, completion('Hello there.'));
    replyEvents(response, [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hello' }),
      chunk({ content: ' there.' }),
      chunk({}, 'stop'),
      [null, { ...CHUNK, choices: [], usage: USAGE }],
      [null, '[DONE]'],
    ]);
  },
  '/v1/embeddings': (response, body) =>
    replyJson(response, 200, {
      object: 'list',
      model: 'text-embedding-3-small',
      data: [{ object: 'embedding', index: 0, embedding: body.includes('base64') ? VECTOR_BASE64 : VECTOR }],
      usage: { prompt_tokens: 3, total_tokens: 3 },
    }),
  '/v1/responses': (response, body) => {
    if (!body.includes('"stream":true')) return replyJson(response, 200, RESPONSE);
    const item = RESPONSE.output[0];
    const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    replyEvents(response, [
      ['response.created', { type: 'response.created', response: { ...RESPONSE, status: 'in_progress', output: [] } }],
      ['response.output_item.added', { type: 'response.output_item.added', output_index: 0, item }],
      ['response.output_text.delta', { type: 'response.output_text.delta', ...at, delta: 'Hello', logprobs: [] }],
      ['response.output_text.delta', { type: 'response.output_text.delta', ...at, delta: ' there.', logprobs: [] }],
      ['response.output_item.done', { type: 'response.output_item.done', output_index: 0, item }],
      ['response.completed', { type: 'response.completed', response: RESPONSE }],
    ]);
  },
  '/v1/messages': (response, body) => {
    if (!body.includes('"stream":true')) return replyJson(response, 200, MESSAGE);
    const delta = (text: string): readonly [string, unknown] => [
      'content_block_delta',
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
    ];
    replyEvents(response, [
      ['message_start', { type: 'message_start', message: { ...MESSAGE, content: [], stop_reason: null } }],
      ['content_block_start', { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }],
      delta('Hello'),
      delta(' there.'),
      ['content_block_stop', { type: 'content_block_stop', index: 0 }],
      [
        'message_delta',
        { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 2 } },
      ],
      ['message_stop', { type: 'message_stop' }],
    ]);
  },
};
