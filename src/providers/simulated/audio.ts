/** Speech (a short WAV tone) and transcription (a sentence about the bytes). Source: OpenAI API reference, "Audio". */
import type { JsonObject } from '../../protocol/json.ts';
import { pieces } from './answer-text.ts';
import { countTokens, ownField, stringField } from './request-body.ts';
import {
  bytesReply,
  dataEvent,
  invalidRequest,
  jsonReply,
  streamReply,
  type SimulatedReply,
  type SimulatedRequest,
} from './simulated-reply.ts';
import { seededRandom } from './seeded-random.ts';

const SAMPLE_RATE = 8_000;
const MILLISECONDS_PER_WORD = 60;
const LONGEST_MS = 2_000;

/** LiteLLM and OpenAI default to mp3; a simulated voice only writes WAV, or bare samples for `pcm`. */
export function speechReply({ body, seed }: SimulatedRequest): SimulatedReply {
  const input = stringField(body, 'input');
  if (input === null) return invalidRequest("Missing required parameter: 'input'.");
  const words = input.split(/\s+/).length;
  const samples = tone(seededRandom(seed).between(220, 660), Math.min(words * MILLISECONDS_PER_WORD, LONGEST_MS));
  if (stringField(body, 'response_format') === 'pcm') return bytesReply('audio/pcm', samples);
  return bytesReply('audio/wav', Buffer.concat([wavHeader(samples.length), samples]));
}

/** 16-bit samples, little-endian, one channel. */
function tone(hertz: number, milliseconds: number): Buffer {
  const count = Math.floor((SAMPLE_RATE * milliseconds) / 1000);
  const samples = Buffer.alloc(count * 2);
  for (let index = 0; index < count; index += 1) {
    samples.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * hertz * index) / SAMPLE_RATE)), index * 2);
  }
  return samples;
}

function wavHeader(dataLength: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataLength, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataLength, 40);
  return header;
}

/** @param audioBytes size of the uploaded file */
export function transcriptionReply({ body }: SimulatedRequest, audioBytes: number): SimulatedReply {
  const text = `This is a simulated transcription of ${audioBytes} bytes of audio.`;
  const seconds = Math.round(audioBytes / (SAMPLE_RATE * 2)) + 1;
  const inputTokens = seconds * 10;
  const usage = {
    type: 'tokens',
    input_tokens: inputTokens,
    input_token_details: { text_tokens: 0, audio_tokens: inputTokens },
    output_tokens: countTokens(text),
    total_tokens: inputTokens + countTokens(text),
  };
  if (isTrue(ownField(body, 'stream'))) return streamReply(transcriptionEvents(text, usage));
  switch (stringField(body, 'response_format')) {
    case 'text':
      return bytesReply('text/plain; charset=utf-8', `${text}\n`);
    case 'srt':
      return bytesReply('text/plain; charset=utf-8', `1\n00:00:00,000 --> ${clock(seconds, ',')}\n${text}\n\n`);
    case 'vtt':
      return bytesReply('text/plain; charset=utf-8', `WEBVTT\n\n00:00:00.000 --> ${clock(seconds, '.')}\n${text}\n\n`);
    case 'verbose_json':
      return jsonReply(verboseTranscription(text, seconds));
    default:
      return jsonReply({ text, usage });
  }
}

function verboseTranscription(text: string, seconds: number): JsonObject {
  const segment = {
    id: 0,
    seek: 0,
    start: 0,
    end: seconds,
    text,
    tokens: [],
    temperature: 0,
    avg_logprob: -0.1,
    compression_ratio: 1,
    no_speech_prob: 0,
  };
  return {
    task: 'transcribe',
    language: 'english',
    duration: seconds,
    text,
    segments: [segment],
    usage: { type: 'duration', seconds },
  };
}

function* transcriptionEvents(text: string, usage: JsonObject): Generator<string> {
  for (const delta of pieces(text)) yield dataEvent({ type: 'transcript.text.delta', delta });
  yield dataEvent({ type: 'transcript.text.done', text, usage });
}

/** Fields of a multipart form are text. */
function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 'True';
}

function clock(seconds: number, separator: string): string {
  return `${new Date(seconds * 1000).toISOString().slice(11, 19)}${separator}000`;
}
