/**
 * Embeddings: for each text a unit vector that depends on the text and the model alone. Equal texts are equal vectors;
 * other texts are near right angles, as random directions are. Source: OpenAI API reference, "Embeddings".
 */
import type { JsonObject } from '../../protocol/json.ts';
import { countTokens, integerField, ownField, stringField } from './request-body.ts';
import { hashText, seededRandom } from './seeded-random.ts';
import { invalidRequest, jsonReply, type SimulatedReply, type SimulatedRequest } from './simulated-reply.ts';
import { readPrompts } from './text-completions.ts';

const DEFAULT_DIMENSIONS = 1536;
const MOST_DIMENSIONS = 8192;
const MOST_INPUTS = 2048;

export function embeddingsReply({ model, body }: SimulatedRequest): SimulatedReply {
  const input = ownField(body, 'input');
  if (input === undefined) return invalidRequest("Missing required parameter: 'input'.");
  const texts = readPrompts(input);
  if (texts.length > MOST_INPUTS) return invalidRequest(`At most ${MOST_INPUTS} inputs may be sent at once.`);
  const asked = ownField(body, 'dimensions');
  const dimensions = integerField(body, 'dimensions', 1, MOST_DIMENSIONS);
  if (asked !== undefined && asked !== null && dimensions === null) {
    return invalidRequest(`'dimensions' must be a whole number from 1 to ${MOST_DIMENSIONS}.`);
  }
  const base64 = stringField(body, 'encoding_format') === 'base64';
  const data = texts.map((text, index): JsonObject => {
    const vector = unitVector(hashText(`${model}\n${text}`), dimensions ?? DEFAULT_DIMENSIONS);
    return { object: 'embedding', index, embedding: base64 ? toBase64(vector) : Array.from(vector) };
  });
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  return jsonReply({ object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } });
}

/** Sums of uniform numbers are close enough to a normal distribution for directions to be even. */
function unitVector(seed: number, dimensions: number): Float32Array {
  const random = seededRandom(seed);
  const vector = new Float32Array(dimensions);
  let squares = 0;
  for (let index = 0; index < dimensions; index += 1) {
    const value = random.next() + random.next() + random.next() - 1.5;
    vector[index] = value;
    squares += value * value;
  }
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  return vector.map((value) => value * scale);
}

/** Little-endian 32-bit floats, whatever the machine's own order is. */
function toBase64(vector: Float32Array): string {
  const bytes = Buffer.allocUnsafe(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}
