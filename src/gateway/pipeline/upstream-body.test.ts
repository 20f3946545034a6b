import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteSegments } from '../../primitives/byte-segments.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { scanShallow } from '../../protocol/shallow-json-scanner.ts';
import type { ParamVerdict } from '../../providers/contract.ts';
import type { CompiledTarget } from './compiled-deployments.ts';
import { readRequestFields, type RequestFields } from './request-fields.ts';
import { ResponseIds } from './response-ids.ts';
import { buildUpstreamBody, type UpstreamBodyOptions } from './upstream-body.ts';

const IDS = new ResponseIds(null);

interface TargetOptions {
  readonly drop?: readonly string[];
  readonly slow?: readonly string[];
  readonly alwaysSlow?: boolean;
  readonly sendsStreamFalse?: boolean;
  readonly asksForStreamUsage?: boolean;
  readonly sendsModel?: boolean;
}

function target(options: TargetOptions = {}): CompiledTarget {
  const verdict = (key: string): ParamVerdict =>
    options.drop?.includes(key) === true ? 'drop' : options.slow?.includes(key) === true ? 'slow' : 'keep';
  return {
    model: 'provider-model',
    modelJson: Buffer.from('"provider-model"'),
    sendsModel: options.sendsModel ?? true,
    sendsStreamFalse: options.sendsStreamFalse ?? false,
    asksForStreamUsage: options.asksForStreamUsage ?? true,
    params: {
      alwaysSlow: options.alwaysSlow ?? false,
      verdict,
      rewrite: (body: JsonObject) => ({ ...body, rewritten: true }),
    },
  } as unknown as CompiledTarget;
}

function fieldsOf(text: string, chunkSize = Number.POSITIVE_INFINITY): RequestFields {
  const whole = Buffer.from(text);
  const bytes = new ByteSegments();
  for (let at = 0; at < whole.length; at += chunkSize) bytes.append(whole.subarray(at, at + chunkSize));
  return readRequestFields(bytes, scanShallow(whole));
}

function sent(
  text: string,
  to: CompiledTarget,
  options: Partial<UpstreamBodyOptions> = {},
): { text: string; fast: boolean } {
  const body = buildUpstreamBody(fieldsOf(text), to, { stream: false, dropParams: null, responseIds: IDS, ...options });
  const joined = Buffer.concat(body.chunks);
  expect(body.length).toBe(joined.length);
  return { text: joined.toString(), fast: body.fast };
}

describe('buildUpstreamBody', () => {
  test('splices the model and keeps every other byte, odd white space included', () => {
    const { text, fast } = sent('{ "seed" : 9007199254740993,\n "model":"alias" , "messages": [ ] }', target());
    expect(fast).toBe(true);
    expect(text).toBe('{ "seed" : 9007199254740993,\n "model":"provider-model" , "messages": [ ] }');
  });

  test('adds the model when the path named it', () => {
    expect(sent('{}', target()).text).toBe('{"model":"provider-model"}');
    expect(sent('{"n":1}', target()).text).toBe('{"n":1,"model":"provider-model"}');
  });

  test('adds a cap of output tokens; where the member is there, or lies deeper, by writing anew', () => {
    const outputCap = { path: ['max_tokens'], value: 25 };
    expect(sent('{"n":1}', target(), { outputCap })).toEqual({
      text: '{"n":1,"model":"provider-model","max_tokens":25}',
      fast: true,
    });
    const rewritten = sent('{"model":"m","max_tokens":null}', target(), { outputCap });
    expect(rewritten.fast).toBe(false);
    expect(rewritten.text.match(/max_tokens/g)).toHaveLength(1);
    expect(JSON.parse(rewritten.text)).toMatchObject({ max_tokens: 25 });
    const deeper = { path: ['generationConfig', 'maxOutputTokens'], value: 7 };
    const { text } = sent('{"generationConfig":{"topK":2}}', target(), { outputCap: deeper });
    expect(JSON.parse(text)).toMatchObject({ generationConfig: { topK: 2, maxOutputTokens: 7 } });
  });

  test('leaves out what the deployment drops, first, middle and last', () => {
    const drop = ['a', 'c', 'e'];
    const { text } = sent('{"a":1,"model":"m","c":[2,{"x":3}], "d":4,"e":5}', target({ drop }));
    expect(JSON.parse(text)).toEqual({ model: 'provider-model', d: 4 });
    expect(sent('{"a":1,"c":2}', target({ drop })).text).toBe('{"model":"provider-model"}');
  });

  test('asks streams for usage, whatever stream_options say', () => {
    const usage = { include_usage: true };
    const asked = (text: string): JsonObject => JSON.parse(sent(text, target(), { stream: true }).text) as JsonObject;
    expect(asked('{"model":"m","stream":true}')['stream_options']).toEqual(usage);
    expect(
      asked('{"model":"m","stream":true,"stream_options":{"include_usage":false,"x":1}}')['stream_options'],
    ).toEqual({
      include_usage: true,
      x: 1,
    });
    expect(asked('{"model":"m","stream":true,"stream_options":null}')['stream_options']).toEqual(usage);
    const kept = '{"model":"m","stream":true,"stream_options":{ "include_usage": true }}';
    expect(sent(kept, target(), { stream: true }).text).toContain('{ "include_usage": true }');
  });

  test('a body without a stream says nothing of streams, but to providers that expect it', () => {
    const text = '{"model":"m","stream":false,"stream_options":{"include_usage":true}}';
    expect(JSON.parse(sent(text, target()).text)).toEqual({ model: 'provider-model' });
    expect(JSON.parse(sent(text, target({ sendsStreamFalse: true })).text)).toEqual({
      model: 'provider-model',
      stream: false,
    });
    expect(JSON.parse(sent('{"model":"m"}', target({ sendsStreamFalse: true })).text)).toEqual({
      model: 'provider-model',
      stream: false,
    });
  });

  test('one slow member or a slow deployment takes the slow path for the whole body', () => {
    expect(sent('{"model":"m","odd":1}', target({ slow: ['odd'] }))).toEqual({
      fast: false,
      text: '{"model":"m","odd":1,"rewritten":true}',
    });
    expect(sent('{"model":"m"}', target({ alwaysSlow: true })).fast).toBe(false);
  });

  test('the fast path means the same as parsing, editing and writing anew', () => {
    const key = fc.constantFrom(
      'model',
      'stream_options',
      'drop_a',
      'drop_b',
      'messages',
      'temperature',
      'ключ',
      'x y',
    );
    const document = fc.dictionary(key, fc.jsonValue(), { maxKeys: 8 });
    const to = target({ drop: ['drop_a', 'drop_b'] });
    fc.assert(
      fc.property(
        document,
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(undefined, 1, '\t'),
        (value, stream, size, space) => {
          const given = stream ? { ...value, stream: true } : value;
          const fields = fieldsOf(JSON.stringify(given, undefined, space), size);
          const body = buildUpstreamBody(fields, to, { stream, dropParams: null, responseIds: IDS });
          expect(body.fast).toBe(true);
          expect(JSON.parse(Buffer.concat(body.chunks).toString())).toEqual(
            naive(given as Record<string, JsonValue>, stream),
          );
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('a cap of output tokens', () => {
  const cap = { path: ['max_tokens'], value: 25 };

  test('is added where there is none, and nothing else changes', () => {
    const { text, fast } = sent('{ "seed":9007199254740993, "model":"a" }', target(), { outputCap: cap });
    expect(fast).toBe(true);
    expect(text).toBe('{ "seed":9007199254740993, "model":"provider-model","max_tokens":25 }');
    expect(sent('{}', target({ sendsModel: false }), { outputCap: cap }).text).toBe('{"max_tokens":25}');
  });

  test('takes the place of a member that says nothing, never a second member of the name', () => {
    const { text, fast } = sent('{"max_tokens":null,"model":"a"}', target(), { outputCap: cap });
    expect(fast).toBe(false);
    expect(text.match(/max_tokens/g)).toHaveLength(1);
    expect(JSON.parse(text)).toMatchObject({ max_tokens: 25 });
  });

  test('goes through the policy of a deployment that renames or drops it', () => {
    for (const options of [{ slow: ['max_tokens'] }, { drop: ['max_tokens'] }, { alwaysSlow: true }])
      expect(JSON.parse(sent('{"model":"a"}', target(options), { outputCap: cap }).text)).toEqual({
        model: 'a',
        max_tokens: 25,
        rewritten: true,
      });
  });

  test('is written below the top where it belongs there, beside what is there', () => {
    const outputCap = { path: ['generationConfig', 'maxOutputTokens'], value: 9 };
    const { text, fast } = sent('{"generationConfig":{"topK":1},"b":[2]}', target(), { outputCap });
    expect(fast).toBe(false);
    expect(JSON.parse(text)).toMatchObject({ generationConfig: { topK: 1, maxOutputTokens: 9 }, b: [2] });
  });

  test('property: the document is the same but for the cap, however it is written and cut', () => {
    const document = fc.dictionary(
      fc.string({ maxLength: 6 }).filter((key) => !['max_tokens', 'model', 'stream', '__proto__'].includes(key)),
      fc.jsonValue(),
      { maxKeys: 5 },
    );
    const spaces = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(document, spaces, fc.integer({ min: 1, max: 40 }), (given, space, size) => {
        const text = JSON.stringify(given, undefined, space);
        const body = (outputCap: typeof cap | null): string => {
          const options = { stream: false, dropParams: null, responseIds: IDS, outputCap };
          return Buffer.concat(buildUpstreamBody(fieldsOf(text, size), target(), options).chunks).toString();
        };
        expect(JSON.parse(body(cap))).toEqual({ ...(JSON.parse(body(null)) as JsonObject), max_tokens: 25 });
      }),
    );
  });
});

/** The reference: what the spliced document must say. */
function naive(given: Record<string, JsonValue>, stream: boolean): JsonObject {
  const out: Record<string, JsonValue> = JSON.parse(JSON.stringify(given)) as Record<string, JsonValue>;
  delete out['drop_a'];
  delete out['drop_b'];
  out['model'] = 'provider-model';
  const options = out['stream_options'];
  if (!stream) delete out['stream_options'];
  else {
    const kept = isJsonObject(options) ? options : {};
    out['stream_options'] = { ...kept, include_usage: true };
  }
  return out;
}
