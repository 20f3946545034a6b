import { describe, expect, test } from 'vitest';
import type { RouteFamily } from '../../providers/contract.ts';
import type { CompiledTarget } from './compiled-deployments.ts';
import { mediaTypeOf } from './media-type.ts';
import { upstreamForm } from './multipart-form.ts';

interface Sent {
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly files: readonly (readonly [field: string, name: string, type: string, text: string])[];
}

/** What a provider reads of the form. */
async function sent(form: FormData, family: RouteFamily, target: Partial<CompiledTarget> = {}): Promise<Sent> {
  const to = { sendsModel: true, model: 'whisper-1', ...target } as CompiledTarget;
  const { contentType, body } = await upstreamForm(form, to, family);
  expect(contentType).toMatch(/^multipart\/form-data; ?boundary=/);
  const read = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  const fields: Record<string, string[]> = {};
  const files: [string, string, string, string][] = [];
  for (const [name, value] of read) {
    if (typeof value === 'string') (fields[name] ??= []).push(value);
    else files.push([name, value.name, value.type, await value.text()]);
  }
  return { fields, files };
}

function formWith(fields: readonly (readonly [string, string | File])[]): FormData {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
}

const AUDIO = new File(['RIFF\r\n--x'], 'grüße "1".WAV', { type: 'application/octet-stream' });

describe('upstreamForm', () => {
  test("sends the deployment's model and the client's fields, not the gateway's", async () => {
    const form = formWith([
      ['model', 'group'],
      ['file', AUDIO],
      ['language', 'de'],
      ['timestamp_granularities[]', 'word'],
      ['timestamp_granularities[]', 'segment'],
      ['timeout', '3'],
      ['metadata', '{}'],
      ['tags', 'a'],
    ]);
    const { fields, files } = await sent(form, 'audio.transcriptions');
    expect(fields).toEqual({
      language: ['de'],
      'timestamp_granularities[]': ['word', 'segment'],
      model: ['whisper-1'],
      response_format: ['verbose_json'],
    });
    expect(files).toEqual([['file', 'grüße "1".WAV', 'audio/x-wav', 'RIFF\r\n--x']]);
  });

  test('asks Whisper alone for the duration, and only where the client wants JSON', async () => {
    const format = async (model: string, wanted: string | null): Promise<unknown> => {
      const form = formWith(wanted === null ? [] : [['response_format', wanted]]);
      return (await sent(form, 'audio.transcriptions', { model })).fields['response_format'];
    };
    expect(await format('whisper-1', 'json')).toEqual(['verbose_json']);
    expect(await format('whisper-1', 'srt')).toEqual(['srt']);
    expect(await format('gpt-4o-transcribe', 'json')).toEqual(['json']);
    expect(await format('gpt-4o-transcribe', null)).toBeUndefined();
  });

  test('leaves the model out where the address names it', async () => {
    expect((await sent(formWith([['model', 'group']]), 'images.edits', { sendsModel: false })).fields).toEqual({});
  });

  test('names pictures as OpenAI expects them', async () => {
    const form = formWith([
      ['image', new File(['a'], 'one.bin')],
      ['image[]', new File(['b'], 'two.jpg', { type: 'image/jpeg' })],
      ['mask', new File(['c'], 'm', { type: 'image/webp' })],
    ]);
    expect((await sent(form, 'images.edits')).files).toEqual([
      ['image[]', 'image.png', 'image/png', 'a'],
      ['image[]', 'image.jpg', 'image/jpeg', 'b'],
      ['mask', 'mask.webp', 'image/webp', 'c'],
    ]);
  });
});

describe('mediaTypeOf', () => {
  test.each([
    ['a.wav', 'audio/x-wav'],
    ['a.b.MP3', 'audio/mpeg'],
    ['.flac', 'audio/flac'],
    ['wav', null],
    ['a.', null],
    ['a.exe', null],
    ['a.constructor', null],
  ])('%s: %s', (name, type) => {
    expect(mediaTypeOf(name)).toBe(type);
  });
});
