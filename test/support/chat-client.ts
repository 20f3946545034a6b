/** A chat request and what an honest client may conclude from the reply: the text, and whether it claims to be whole. */
export interface ChatReply {
  readonly status: number;
  readonly headers: Headers;
  /** Everything that came, as text. */
  readonly raw: string;
  /** Content of the answer, as far as it came. */
  readonly text: string;
  readonly finishReason: string | null;
  readonly usage: unknown;
  /** The error object, of the body or of an event. */
  readonly error: { readonly message?: string; readonly type?: string; readonly code?: string } | null;
  readonly done: boolean;
  /** The connection ended before the reply did. */
  readonly cut: boolean;
  readonly model: string | null;
}

export interface ChatRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

interface Chunk {
  readonly model?: string;
  readonly error?: ChatReply['error'];
  readonly usage?: unknown;
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly message?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
}

/** A reply below 400 that ends in order, without an error: what clients take for the whole answer. */
export function looksComplete(reply: ChatReply): boolean {
  return reply.status < 400 && !reply.cut && reply.error === null;
}

export async function chat(url: string, request: ChatRequest): Promise<ChatReply> {
  return await replyOf(await askChat(url, request));
}

/** Resolves with the head of the reply. */
export async function askChat(url: string, request: ChatRequest): Promise<Response> {
  return await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-1234', ...request.headers },
    body: JSON.stringify({
      model: request.model,
      messages: [{ role: 'user', content: 'Hello' }],
      ...(request.stream === true ? { stream: true, stream_options: { include_usage: true } } : {}),
      ...request.body,
    }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
}

/** The rest of a reply, however it ends. */
export async function replyOf(response: Response): Promise<ChatReply> {
  const { raw, cut } = await readAll(response);
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const chunks = isStream ? eventsOf(raw) : [parsed(raw)];
  return {
    status: response.status,
    headers: response.headers,
    raw,
    cut,
    text: chunks.map((chunk) => contentOf(chunk)).join(''),
    finishReason: last(chunks.map((chunk) => chunk.choices?.[0]?.finish_reason)),
    usage: last(chunks.map((chunk) => chunk.usage)),
    error: last(chunks.map((chunk) => chunk.error)),
    model: last(chunks.map((chunk) => chunk.model)),
    done: /^data: \[DONE\]$/m.test(raw),
  };
}

async function readAll(response: Response): Promise<{ raw: string; cut: boolean }> {
  const decoder = new TextDecoder();
  let raw = '';
  try {
    for await (const chunk of response.body ?? []) raw += decoder.decode(chunk as Uint8Array, { stream: true });
    return { raw, cut: false };
  } catch {
    return { raw, cut: true };
  }
}

function eventsOf(raw: string): Chunk[] {
  return raw
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:') && line.trim() !== 'data: [DONE]')
    .map((line) => parsed(line.slice(5)));
}

function parsed(text: string): Chunk {
  try {
    return JSON.parse(text) as Chunk;
  } catch {
    return {};
  }
}

function contentOf(chunk: Chunk): string {
  const choice = chunk.choices?.[0];
  return choice?.delta?.content ?? choice?.message?.content ?? '';
}

function last<T>(values: readonly (T | null | undefined)[]): T | null {
  return values.findLast((value) => value !== null && value !== undefined) ?? null;
}
