/**
 * Body of the thread of `counting-thread.ts`: parses and checks JSON bodies and counts them, one call at a time, with the
 * counter that counts small ones in the gateway's own thread.
 */
import { parentPort } from 'node:worker_threads';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonValue } from '../../protocol/json.ts';
import type { ModelTokenCounter } from '../../tokenizer/chat/contract.ts';
import { createModelTokenCounter } from '../../tokenizer/chat/model-token-counter.ts';
import { getEncoding, ranksOf } from '../../tokenizer/get-encoding.ts';
import { sharedTable, shareTable } from '../../tokenizer/shared-tables.ts';
import { countedBody, headOf, parseBody, type CountedBody } from './counted-body.ts';
import type { CountCall, Failure, FamilyAnswers, OpenCall, ThreadAnswer } from './counting-thread.ts';

const bodies = new Map<number, CountedBody>();
/** A counter asks for one model at a time, so that one for each set of answers is enough: eight at most. */
const counters = new Map<string, ModelTokenCounter>();

function open(call: OpenCall): ThreadAnswer {
  const { id, kind, wantsHead } = call;
  const document = documentOf(call);
  const head = wantsHead ? headOf(document) : null;
  try {
    const body = countedBody(kind, document);
    bodies.set(id, body);
    return { id, opened: { model: body.model, head, refusal: null } };
  } catch (error) {
    return { id, opened: { model: '', head, refusal: failureOf(error) } };
  }
}

function documentOf({ kind, bytes, members }: OpenCall): JsonValue | undefined {
  const buffer = Buffer.from(bytes);
  if (members === null) return parseBody(kind, buffer.toString('utf8'));
  let at = 0;
  const document: Record<string, JsonValue> = {};
  for (const member of members) {
    const end = at + member.bytes;
    document[member.name] = parseBody(kind, buffer.toString('utf8', at, end)) ?? null;
    at = end;
  }
  return document;
}

function count({ id, body, model, families, encoding, table }: CountCall): ThreadAnswer {
  const opened = bodies.get(body);
  if (opened === undefined) throw new GatewayError('internal', 'The body was dropped.');
  const ranks = ranksOf(encoding);
  if (table !== null && sharedTable(ranks) === null) shareTable(ranks, table);
  return { id, tokens: counterFor(families).count({ ...opened.prompt, model, compat: 'litellm' }) };
}

function counterFor({ openai, anthropic, cohere }: FamilyAnswers): ModelTokenCounter {
  const key = `${openai} ${anthropic} ${cohere}`;
  const known = counters.get(key);
  if (known !== undefined) return known;
  const families = {
    version: 1,
    isOpenaiModel: () => openai,
    isAnthropicModel: () => anthropic,
    isCohereModel: () => cohere,
  };
  const counter = createModelTokenCounter({ families, encoding: getEncoding, mode: 'litellm' });
  counters.set(key, counter);
  return counter;
}

const MOST_FINDINGS = 100;
const MOST_INPUT_CHARACTERS = 4096;

function failureOf(error: unknown): Failure {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  if (!(error instanceof GatewayError)) return { code: null, message: String(error), options: {}, stack };
  const { cause: _cause, detail, ...options } = error.options;
  const shown = detail === undefined ? options : { ...options, detail: shortened(detail) };
  return { code: error.code, message: error.message, options: shown, stack };
}

/** FastAPI's findings show the input, which is large here, and would be written out by the gateway's own thread. */
function shortened(detail: unknown): unknown {
  if (!Array.isArray(detail)) return detail;
  return detail.slice(0, MOST_FINDINGS).map((finding: { readonly input?: unknown }) => {
    const isSmall = (JSON.stringify(finding.input) ?? '').length <= MOST_INPUT_CHARACTERS;
    return isSmall ? finding : { ...finding, input: null };
  });
}

function answerTo(call: OpenCall | CountCall): ThreadAnswer {
  try {
    return 'kind' in call ? open(call) : count(call);
  } catch (error) {
    return { id: call.id, failure: failureOf(error) };
  }
}

parentPort?.on('message', (call: OpenCall | CountCall | { readonly drop: number }) => {
  if ('drop' in call) bodies.delete(call.drop);
  else parentPort?.postMessage(answerTo(call));
});
