/** Image generation and edits: a small PNG whose colours follow from the request. Source: OpenAI API reference, "Images". */
import { crc32, deflateSync } from 'node:zlib';
import type { JsonObject } from '../../protocol/json.ts';
import { countTokens, integerField, stringField } from './request-body.ts';
import { seededRandom } from './seeded-random.ts';
import { jsonReply, type SimulatedReply, type SimulatedRequest } from './simulated-reply.ts';

const SIDE = 16;
const MOST_IMAGES = 10;
const IMAGE_TOKENS = 64;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export function imagesReply({ body, seed, nowSeconds }: SimulatedRequest): SimulatedReply {
  const count = integerField(body, 'n', 1, MOST_IMAGES) ?? 1;
  const prompt = stringField(body, 'prompt') ?? '';
  const asUrl = stringField(body, 'response_format') === 'url';
  const data = Array.from({ length: count }, (_, index): JsonObject => {
    const encoded = gradientPng(seed + index).toString('base64');
    return asUrl ? { url: `data:image/png;base64,${encoded}` } : { b64_json: encoded };
  });
  const inputTokens = countTokens(prompt);
  const outputTokens = count * IMAGE_TOKENS;
  return jsonReply({
    created: nowSeconds,
    background: 'opaque',
    data,
    output_format: 'png',
    quality: stringField(body, 'quality') ?? 'low',
    size: stringField(body, 'size') ?? '1024x1024',
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { image_tokens: 0, text_tokens: inputTokens },
      output_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
    },
  });
}

/** A 16 × 16 picture, 8-bit RGB, no filter. Source: PNG specification, 11.2. */
function gradientPng(seed: number): Buffer {
  const random = seededRandom(seed);
  const from = [random.between(0, 255), random.between(0, 255), random.between(0, 255)];
  const to = [random.between(0, 255), random.between(0, 255), random.between(0, 255)];
  const rows = Buffer.alloc(SIDE * (1 + SIDE * 3));
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const share = (x + y) / (2 * SIDE - 2);
      for (let channel = 0; channel < 3; channel += 1) {
        const value = (from[channel] ?? 0) * (1 - share) + (to[channel] ?? 0) * share;
        rows[y * (1 + SIDE * 3) + 1 + x * 3 + channel] = Math.round(value);
      }
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  header[8] = 8;
  header[9] = 2;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}
