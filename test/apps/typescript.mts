/** A typed program, run by Node as it is: streams an answer and counts it while it comes. */
import Anthropic from '@anthropic-ai/sdk';
import { getEncoding, type Tiktoken } from 'js-tiktoken';
import recorder from './packages/recorder.cjs';

interface Streamed {
  readonly text: string;
  readonly counts: readonly number[];
}

async function stream(client: Anthropic, encoding: Tiktoken): Promise<Streamed> {
  let text = '';
  const counts: number[] = [];
  const request = { model: 'claude-test', max_tokens: 50, messages: [{ role: 'user' as const, content: 'Hi' }] };
  for await (const event of client.messages.stream(request)) {
    if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') continue;
    text += event.delta.text;
    counts.push(encoding.encode(text).length);
  }
  return { text, counts };
}

const client = new Anthropic({ apiKey: 'sk-ant-test', baseURL: process.env['PROVIDER'] });
await recorder.noteLater('streamed', () => stream(client, getEncoding('cl100k_base')));
