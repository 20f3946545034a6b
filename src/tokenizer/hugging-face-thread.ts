/** Body of the thread of `tokenizer-thread.ts`: loads Hugging Face tokenizers and counts with them, one call at a time. */
import { parentPort } from 'node:worker_threads';
import { GatewayError } from '../errors/gateway-error.ts';
import type { TextTokenizer } from './contract.ts';
import { loadHuggingFaceTokenizer } from './hugging-face.ts';
import type { ThreadAnswer, ThreadCall } from './tokenizer-thread.ts';

const tokenizers = new Map<number, TextTokenizer>();

async function answerTo(call: ThreadCall): Promise<ThreadAnswer> {
  const { id } = call;
  try {
    if ('source' in call) {
      tokenizers.set(id, await loadHuggingFaceTokenizer(call.source));
      return { id, counts: [] };
    }
    const tokenizer = tokenizers.get(call.tokenizer);
    if (tokenizer === undefined) return { id, code: 'internal', message: 'The tokenizer was dropped.' };
    return { id, counts: call.texts.map((text) => tokenizer.count(text)) };
  } catch (error) {
    if (error instanceof GatewayError) return { id, code: error.code, message: error.message };
    return { id, code: 'internal', message: 'The tokenizer failed.' };
  }
}

parentPort?.on('message', (call: ThreadCall | { readonly drop: number }) => {
  if ('drop' in call) tokenizers.delete(call.drop);
  else void answerTo(call).then((answer) => parentPort?.postMessage(answer));
});
