/** Canned embeddings, images and messages. */
import { isJsonObject, type JsonValue } from '../../protocol/json.ts';
import { MOCK_PROMPT_TOKENS, type MockContext, type MockReply } from './mock-context.ts';
import { connectionFailure } from './mock-failures.ts';

/** One vector, however many inputs there are. @throws GatewayError when the canned answer is no vector */
export function mockEmbeddings(response: JsonValue, context: MockContext): MockReply {
  if (isJsonObject(response) || typeof response === 'number' || typeof response === 'boolean') {
    throw connectionFailure(
      'mock_response of an embedding must be a list of numbers. Correct litellm_params.mock_response',
    );
  }
  // LiteLLM-compat: the total stays 0.
  const usage = {
    completion_tokens: 0,
    prompt_tokens: MOCK_PROMPT_TOKENS,
    total_tokens: 0,
    completion_tokens_details: null,
    prompt_tokens_details: null,
  };
  const data = [{ embedding: response, index: 0, object: 'embedding' }];
  return { kind: 'json', body: { model: context.model, data, object: 'list', usage }, usage };
}

/** The canned text is the address of the picture. @throws GatewayError when it is no text */
export function mockImage(response: JsonValue, context: MockContext): MockReply {
  if (typeof response !== 'string') {
    throw connectionFailure('mock_response of an image must be an address. Correct litellm_params.mock_response');
  }
  const usage = {
    total_tokens: 0,
    input_tokens: 0,
    input_tokens_details: { image_tokens: 0, text_tokens: 0 },
    output_tokens: 0,
  };
  const body = {
    created: context.nowSeconds,
    background: null,
    data: [{ b64_json: null, revised_prompt: null, url: response }],
    output_format: null,
    quality: null,
    size: null,
    usage,
  };
  return { kind: 'json', body, usage };
}

/** LiteLLM-compat: always this id and this usage, and never a stream. */
export function mockMessages(response: JsonValue, context: MockContext): MockReply {
  const usage = { input_tokens: 2095, output_tokens: 503 };
  const body = {
    content: [{ text: response, type: 'text' }],
    id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
    model: context.model,
    role: 'assistant',
    stop_reason: 'end_turn',
    stop_sequence: null,
    type: 'message',
    usage,
  };
  return { kind: 'json', body, usage };
}
