/**
 * Bodies whose tokens are wanted: small ones are parsed and counted here, large ones in the counting thread, with the
 * same answers. A deployment's own tokenizer and those of the hub count in their thread what is parsed here.
 */
import type { ByteSegments } from '../../primitives/byte-segments.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { CountRequest, HubTokenizerName, ModelFamilies } from '../../tokenizer/chat/contract.ts';
import { selectTokenizer } from '../../tokenizer/chat/select-tokenizer.ts';
import type { BackgroundCounter, EncodingName } from '../../tokenizer/contract.ts';
import { ranksOf } from '../../tokenizer/get-encoding.ts';
import { sharedTable } from '../../tokenizer/shared-tables.ts';
import type { TopLevelField } from '../../protocol/shallow-json-scanner.ts';
import { findField, type RequestFields } from '../pipeline/request-fields.ts';
import type { TokenCounting } from './contract.ts';
import { countedBody, parseBody, windowPrompt, WINDOW_MEMBERS, type BodyKind } from './counted-body.ts';
import { errorOf, type CountingThread, type OpenBody } from './counting-thread.ts';

/**
 * From this many bytes on a body is large. Parsing and counting here took 4.4 ms for 64 KB of keys with numbers, the
 * slowest kind, and 9.7 ms for 128 KB; 2.1 and 4.3 ms for tool properties, 0.6 and 1.1 ms for parts (Node 26).
 */
export const LARGE_BODY = 64 * 1024;

export interface PromptBodiesOptions {
  readonly families: ModelFamilies;
  readonly counting: TokenCounting;
  readonly thread: Pick<CountingThread, 'open'>;
  /** Opens an encoding beside the event loop. */
  readonly loadEncoding: (name: EncodingName) => Promise<unknown>;
  readonly hubTokenizer?: (name: HubTokenizerName) => BackgroundCounter | null;
}

/** A body that was read and checked. */
export interface PromptBody {
  /** As the body names it. */
  readonly model: string;
  /** Once. Rejects with a GatewayError. @param own the deployment's own tokenizer, instead of the model's */
  count(model: string, own?: BackgroundCounter | null): Promise<number>;
  /** For a body that is not counted after all. */
  drop(): void;
}

export class PromptBodies {
  readonly #options: PromptBodiesOptions;

  constructor(options: PromptBodiesOptions) {
    this.#options = options;
  }

  /**
   * @param checkHead gets the document without its prompt, before the body is refused for anything but its JSON
   * @throws GatewayError as the route of the body
   */
  async open(
    kind: BodyKind,
    bytes: ByteSegments,
    checkHead: ((head: JsonObject) => void) | null = null,
  ): Promise<PromptBody> {
    if (bytes.length < LARGE_BODY) {
      const document = parseBody(kind, bytes.text());
      checkHead?.((document ?? {}) as JsonObject);
      const { model, prompt } = countedBody(kind, document);
      return this.#here(model, prompt);
    }
    const source = { kind, views: bytes.chunks, members: null, wantsHead: checkHead !== null };
    const opened = await this.#options.thread.open(source);
    try {
      if (opened.head !== null) checkHead?.(JSON.parse(opened.head) as JsonObject);
      if (opened.refusal !== null) throw errorOf(opened.refusal);
    } catch (error) {
      opened.drop();
      throw error;
    }
    return this.#there(opened, () => countedBody(kind, parseBody(kind, bytes.text())).prompt);
  }

  /**
   * Tokens by which a context window is checked; null when they cannot be counted, at once where nothing is to be.
   * Rejects for members that are not JSON.
   */
  windowTokens(fields: RequestFields): Promise<number | null> | null {
    const members = WINDOW_MEMBERS.flatMap((name) => findField(fields.scan, name) ?? []);
    const size = members.reduce((sum, { valueStart, valueEnd }) => sum + valueEnd - valueStart, 0);
    if (size >= LARGE_BODY) return this.#largeWindowTokens(fields, members);
    const request = windowPrompt(parsed(fields, members));
    return request === null ? null : this.#options.counting.count(request).catch(() => null);
  }

  async #largeWindowTokens({ bytes }: RequestFields, fields: readonly TopLevelField[]): Promise<number | null> {
    const views = fields.flatMap(({ valueStart, valueEnd }) => bytes.slice(valueStart, valueEnd));
    const members = fields.map(({ key, valueStart, valueEnd }) => ({ name: key, bytes: valueEnd - valueStart }));
    try {
      const opened = await this.#options.thread.open({ kind: 'window-check', views, members, wantsHead: false });
      if (opened.refusal === null) return await this.#countThere(opened, '');
      opened.drop();
      return null;
    } catch (error) {
      if (isInvalidJson(error)) throw error;
      return null;
    }
  }

  #here(model: string, prompt: CountRequest): PromptBody {
    const { counting } = this.#options;
    return { model, count: (used, own) => counting.count({ ...prompt, model: used }, own), drop: () => undefined };
  }

  #there(opened: OpenBody, parseHere: () => CountRequest): PromptBody {
    return {
      model: opened.model,
      count: async (used, own = null) => {
        if (own === null && !this.#isHubModel(used)) return this.#countThere(opened, used);
        opened.drop();
        return this.#options.counting.count({ ...parseHere(), model: used }, own);
      },
      drop: () => opened.drop(),
    };
  }

  async #countThere(opened: OpenBody, model: string): Promise<number> {
    const { families, loadEncoding } = this.#options;
    const { encoding } = selectTokenizer(model, 'litellm', families);
    try {
      await loadEncoding(encoding);
    } catch (error) {
      opened.drop();
      throw error;
    }
    return opened.count({
      model,
      encoding,
      table: sharedTable(ranksOf(encoding)),
      families: {
        openai: families.isOpenaiModel(model),
        anthropic: families.isAnthropicModel(model),
        cohere: families.isCohereModel(model),
      },
    });
  }

  #isHubModel(model: string): boolean {
    const { families, hubTokenizer } = this.#options;
    const { wanted } = selectTokenizer(model, 'litellm', families);
    return wanted !== null && hubTokenizer?.(wanted) != null;
  }
}

function parsed({ bytes }: RequestFields, members: readonly TopLevelField[]): JsonObject {
  return Object.fromEntries(
    members.map(({ key, valueStart, valueEnd }) => [
      key,
      parseBody('window-check', bytes.text(valueStart, valueEnd)) ?? null,
    ]),
  );
}

const isInvalidJson = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'invalid_json';
