/** Tool calls of one answer, put together from the pieces of its stream. A call whose id or name never came is left out. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';

interface Call {
  id: string;
  type: string;
  name: string;
  arguments: string;
  /** Of a custom tool, whose input is text. */
  customName: string;
  input: string;
  fields: JsonObject | null;
}

export class ToolCallPieces {
  readonly #calls = new Map<number, Call>();

  add(pieces: readonly JsonValue[]): void {
    for (const piece of pieces) if (isJsonObject(piece)) this.#add(piece);
  }

  #add(piece: JsonObject): void {
    const { function: called, custom } = piece;
    if (!isJsonObject(called) && !isJsonObject(custom)) return;
    const call = this.#callAt(typeof piece['index'] === 'number' ? piece['index'] : 0);
    call.id = text(piece['id']) || call.id;
    call.type = text(piece['type']) || call.type;
    if (isJsonObject(called)) {
      call.name = text(called['name']) || call.name;
      call.arguments += text(called['arguments']);
    }
    if (isJsonObject(custom)) {
      call.customName = text(custom['name']) || call.customName;
      call.input += text(custom['input']);
    }
    const fields =
      piece['provider_specific_fields'] ?? (isJsonObject(called) ? called['provider_specific_fields'] : null);
    if (isJsonObject(fields)) call.fields = { ...call.fields, ...fields };
  }

  #callAt(index: number): Call {
    let call = this.#calls.get(index);
    if (call === undefined) {
      call = { id: '', type: '', name: '', arguments: '', customName: '', input: '', fields: null };
      this.#calls.set(index, call);
    }
    return call;
  }

  /** In the order of their indexes; null: no piece came. */
  whole(): readonly JsonObject[] | null {
    if (this.#calls.size === 0) return null;
    const calls = [...this.#calls].sort(([left], [right]) => left - right).map(([, call]) => call);
    return calls.flatMap((call) => {
      if (call.id === '') return [];
      if (call.customName !== '')
        return [{ id: call.id, custom: { name: call.customName, input: call.input }, type: 'custom' }];
      return call.name === '' ? [] : [functionCall(call)];
    });
  }
}

/** LiteLLM-compat: the order of the members, which its count of tokens depends on; no arguments are `{}`. */
function functionCall(call: Call): JsonObject {
  return {
    ...(call.fields === null ? {} : { provider_specific_fields: call.fields }),
    function: { arguments: call.arguments || '{}', name: call.name },
    id: call.id,
    type: call.type || 'function',
  };
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
