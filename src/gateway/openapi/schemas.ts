/**
 * The few schemas of `/openapi.json`: enough for a client to see what goes in and what comes out. The bodies of LLM
 * calls are OpenAI's; what a provider takes beyond is passed on, so everything is open to further properties.
 */
type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const number: Schema = { type: 'number' };
const flag: Schema = { type: 'boolean' };
const list = (items: Schema): Schema => ({ type: 'array', items });
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  Error: object(
    {
      error: object(
        { message: text, type: { type: ['string', 'null'] }, param: { type: ['string', 'null'] }, code: text },
        ['message'],
      ),
    },
    ['error'],
  ),
  Detail: object({ detail: {} }, ['detail']),
  Message: object({ role: text, content: {}, tool_calls: list({ type: 'object' }) }, ['role']),
  Usage: object({ prompt_tokens: integer, completion_tokens: integer, total_tokens: integer }),
  ChatRequest: object(
    {
      model: text,
      messages: list(ref('Message')),
      stream: flag,
      temperature: number,
      max_tokens: integer,
      tools: list({ type: 'object' }),
    },
    ['model', 'messages'],
  ),
  ChatResponse: object({
    id: text,
    object: text,
    created: integer,
    model: text,
    choices: list({ type: 'object' }),
    usage: ref('Usage'),
  }),
  CompletionRequest: object({ model: text, prompt: {}, stream: flag, max_tokens: integer }, ['model', 'prompt']),
  EmbeddingRequest: object({ model: text, input: {} }, ['model', 'input']),
  EmbeddingResponse: object({ object: text, data: list({ type: 'object' }), model: text, usage: ref('Usage') }),
  ResponsesRequest: object({ model: text, input: {}, stream: flag }, ['model', 'input']),
  RerankRequest: object({ model: text, query: text, documents: list({}), top_n: integer }, [
    'model',
    'query',
    'documents',
  ]),
  Model: object(
    {
      id: text,
      object: text,
      created: integer,
      owned_by: text,
      mode: text,
      max_input_tokens: integer,
      max_output_tokens: integer,
    },
    ['id', 'object'],
  ),
  ModelList: object({ object: text, data: list(ref('Model')) }, ['object', 'data']),
  AnyObject: { type: 'object' },
};

/** What the routes of a family take and give, by names of `SCHEMAS`. */
export const FAMILY_SCHEMAS: Readonly<Record<string, { readonly request?: string; readonly response: string }>> = {
  chat: { request: 'ChatRequest', response: 'ChatResponse' },
  completions: { request: 'CompletionRequest', response: 'ChatResponse' },
  embeddings: { request: 'EmbeddingRequest', response: 'EmbeddingResponse' },
  responses: { request: 'ResponsesRequest', response: 'AnyObject' },
  rerank: { request: 'RerankRequest', response: 'AnyObject' },
};

export const MODEL_LIST_PATHS: ReadonlySet<string> = new Set(['/v1/models', '/models']);
