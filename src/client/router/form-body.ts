/** The form of a call that carries a file: the call's members by the provider's parameter rules, and the file itself. */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import type { RouteFamily, UpstreamTarget } from '../../providers/contract.ts';
import { isRecord } from './as-json.ts';
import { sayable } from './sayable.ts';

export interface FormBody {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** @throws GatewayError `bad_request` for what is no file, or cannot be written */
export async function formBody(target: UpstreamTarget, family: RouteFamily, body: JsonObject): Promise<FormBody> {
  const { file, ...members } = body;
  const form = new FormData();
  form.append('file', asFile(file));
  sayable(members, () => {
    const sent = target.params.rewrite(members, { stream: false, dropParams: null });
    for (const [name, value] of Object.entries(sent)) append(form, name, value);
  });
  if (family === 'audio.transcriptions') askForDuration(form, target);
  const encoded = new Response(form);
  const bytes = Buffer.from(await encoded.arrayBuffer());
  return { contentType: encoded.headers.get('content-type') ?? 'multipart/form-data', bytes };
}

/** Lists are repeated fields, as OpenAI's clients write them. */
function append(form: FormData, name: string, value: JsonValue): void {
  if (Array.isArray(value)) for (const item of value as readonly JsonValue[]) append(form, `${name}[]`, item);
  else if (value !== null) form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** LiteLLM-compat: Whisper is asked for `verbose_json`, whose duration gives the price. */
function askForDuration(form: FormData, { model }: UpstreamTarget): void {
  const wanted = form.get('response_format');
  if (model.startsWith('whisper') && (wanted === null || wanted === 'json'))
    form.set('response_format', 'verbose_json');
}

function asFile(given: unknown): File {
  if (given instanceof File) return given;
  if (given instanceof Blob) return new File([given], 'file', { type: given.type });
  if (isRecord(given) && typeof given['name'] === 'string') {
    const { name, data } = given;
    if (typeof data === 'string') return new File([data], name);
    if (data instanceof Uint8Array) return new File([new Uint8Array(data)], name);
  }
  const text = "`file` has to be a File, a Blob, or {name: 'speech.mp3', data: bytes}.";
  throw new GatewayError('bad_request', text, { param: 'file' });
}
