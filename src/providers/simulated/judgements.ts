/** Moderations (OpenAI) and rerank (Cohere): scores that follow from the words alone. */
import { isJsonObject, type JsonObject } from '../../protocol/json.ts';
import { contentText, countTokens, integerField, listField, ownField, stringField } from './request-body.ts';
import { hashText, seededId, seededRandom } from './seeded-random.ts';
import { invalidRequest, jsonReply, type SimulatedReply, type SimulatedRequest } from './simulated-reply.ts';

const CATEGORIES = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] as const;

/** A text is flagged for a category when it names the category. */
export function moderationsReply({ model, body, seed }: SimulatedRequest): SimulatedReply {
  const input = ownField(body, 'input');
  if (input === undefined) return invalidRequest("Missing required parameter: 'input'.");
  const texts =
    Array.isArray(input) && input.every((entry) => typeof entry === 'string') ? input : [contentText(input)];
  const results = (texts as readonly string[]).map((text) => judgeText(text));
  return jsonReply({ id: `modr-${seededId(seed)}`, model, results });
}

function judgeText(text: string): JsonObject {
  const lower = text.toLowerCase();
  const flags = CATEGORIES.map((name) => [name, lower.includes(name)] as const);
  return {
    flagged: flags.some(([, flagged]) => flagged),
    categories: Object.fromEntries(flags),
    category_scores: Object.fromEntries(
      flags.map(([name, flagged]) => [name, flagged ? 0.98 : seededRandom(hashText(name + text)).next() / 1000]),
    ),
    category_applied_input_types: Object.fromEntries(CATEGORIES.map((name) => [name, ['text']])),
  };
}

/** Documents in the order of how many words of the query they hold. */
export function rerankReply({ body, seed }: SimulatedRequest): SimulatedReply {
  const query = stringField(body, 'query');
  const documents = listField(body, 'documents');
  if (query === null || documents === null) return invalidRequest("'query' and 'documents' are required.");
  const texts = documents.map((document) =>
    typeof document === 'string' ? document : isJsonObject(document) ? contentText([document]) : '',
  );
  const words = new Set(wordsOf(query));
  const ranked = texts
    .map((text, index) => ({ text, index, relevance_score: relevance(words, text) }))
    .toSorted((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
    .slice(0, integerField(body, 'top_n', 1, texts.length) ?? texts.length);
  const withDocuments = ownField(body, 'return_documents') === true;
  const results = ranked.map(({ text, index, relevance_score }) => ({
    index,
    relevance_score,
    ...(withDocuments ? { document: { text } } : {}),
  }));
  const tokens = countTokens(query) + texts.reduce((sum, text) => sum + countTokens(text), 0);
  return jsonReply({
    id: seededId(seed, 32),
    results,
    meta: { api_version: { version: '2' }, billed_units: { search_units: 1 }, tokens: { input_tokens: tokens } },
  });
}

function relevance(words: ReadonlySet<string>, text: string): number {
  const found = new Set(wordsOf(text).filter((word) => words.has(word)));
  const share = words.size === 0 ? 0 : found.size / words.size;
  // A hair of difference between equals, so that the order does not look accidental.
  return Math.round((share * 0.98 + seededRandom(hashText(text)).next() * 0.01) * 1e6) / 1e6;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
