/** The form that the provider gets: the client's fields and files, with the names and media types that OpenAI expects. */
import type { RouteFamily } from '../../providers/contract.ts';
import { mediaTypeOf } from './media-type.ts';
import type { CompiledTarget } from './compiled-deployments.ts';

/** Controls of the gateway that a form may carry; they are not the provider's. */
const GATEWAY_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'metadata',
  'litellm_metadata',
  'tags',
  'num_retries',
  'timeout',
]);

export async function upstreamForm(
  form: FormData,
  target: CompiledTarget,
  family: RouteFamily,
): Promise<{ readonly contentType: string; readonly body: Buffer }> {
  const out = new FormData();
  for (const [name, value] of form) {
    if (typeof value !== 'string') appendFile(out, name, value, family);
    else if (!GATEWAY_FIELDS.has(name)) out.append(name, value);
  }
  if (target.sendsModel) out.set('model', target.model);
  if (family === 'audio.transcriptions') askForDuration(out, target);
  const encoded = new Response(out);
  const body = Buffer.from(await encoded.arrayBuffer());
  return { contentType: encoded.headers.get('content-type') ?? 'multipart/form-data', body };
}

/** LiteLLM-compat: Whisper is asked for `verbose_json`, whose duration gives the price. */
function askForDuration(form: FormData, target: CompiledTarget): void {
  const wanted = form.get('response_format');
  if (target.model.startsWith('whisper') && (wanted === null || wanted === 'json'))
    form.set('response_format', 'verbose_json');
}

/** LiteLLM-compat: images are sent under `image[]` with a fixed name; other files keep theirs, typed by their ending. */
function appendFile(form: FormData, name: string, file: File, family: RouteFamily): void {
  if (family === 'images.edits' && (name === 'image' || name === 'image[]' || name === 'mask')) {
    const type = file.type === '' || file.type === 'application/octet-stream' ? 'image/png' : file.type;
    const field = name === 'mask' ? 'mask' : 'image';
    const ending = type.slice(type.indexOf('/') + 1).replace('jpeg', 'jpg');
    form.append(field === 'mask' ? 'mask' : 'image[]', new File([file], `${field}.${ending}`, { type }));
    return;
  }
  form.append(name, new File([file], file.name, { type: mediaTypeOf(file.name) ?? file.type }));
}
