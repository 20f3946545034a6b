/**
 * Counts for any model: chooses the tokenizer by the model's name and hands the request to a counter that is kept for
 * it.
 *
 * Promises: the choice is made once per name (the last 256 names are remembered) and anew when the model families
 * change; a repeated name costs one comparison. Encodings are loaded at their first use.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { LruMap } from '../../primitives/lru-map.ts';
import type { TextTokenizer } from '../contract.ts';
import { ChatCounter } from './chat-counter.ts';
import { ClaudeTokenizer } from './claude-tokenizer.ts';
import type {
  CountMode,
  CountRequest,
  HubTokenizerName,
  ModelTokenCounter,
  ModelTokenCounterOptions,
  SelectedTokenizer,
  TokenCount,
} from './contract.ts';
import { LEGACY_MODEL, selectTokenizer } from './select-tokenizer.ts';

const REMEMBERED_MODELS = 256;

interface ModelEntry {
  readonly counter: ChatCounter;
  /** Not loaded when the entry was made; the encoding stands in until it is. */
  readonly missing: HubTokenizerName | null;
}

/** The counters of one mode. */
class ModeCounters {
  readonly mode: CountMode;
  readonly #options: ModelTokenCounterOptions;
  readonly #entries = new LruMap<string, ModelEntry>(REMEMBERED_MODELS);
  readonly #custom = new WeakMap<TextTokenizer, ChatCounter>();
  readonly #legacyCustom = new WeakMap<TextTokenizer, ChatCounter>();
  #version: number;
  #lastModel: string | null = null;
  #last: ChatCounter | null = null;

  constructor(mode: CountMode, options: ModelTokenCounterOptions) {
    this.mode = mode;
    this.#options = options;
    this.#version = options.families.version;
  }

  counterOf(model: string): ChatCounter {
    if (model === this.#lastModel && this.#last !== null && this.#version === this.#options.families.version)
      return this.#last;
    return this.#lookUp(model);
  }

  #lookUp(model: string): ChatCounter {
    const { families, hubTokenizer } = this.#options;
    if (this.#version !== families.version) {
      this.#version = families.version;
      this.#entries.clear();
    }
    let entry = this.#entries.get(model);
    if (entry === undefined || (entry.missing !== null && hubTokenizer?.(entry.missing) != null)) {
      entry = this.#create(model);
      this.#entries.set(model, entry);
    }
    // A stand-in is looked up each time, since the real one may be loaded in between.
    this.#lastModel = entry.missing === null ? model : null;
    this.#last = entry.counter;
    return entry.counter;
  }

  #create(model: string): ModelEntry {
    const { families, hubTokenizer, encoding } = this.#options;
    const choice = selectTokenizer(model, this.mode, families);
    const hub = choice.wanted === null ? null : (hubTokenizer?.(choice.wanted) ?? null);
    const isClaude = choice.encoding === 'claude';
    const tokenizer = hub ?? (isClaude ? new ClaudeTokenizer(encoding('claude')) : encoding(choice.encoding));
    const counter = this.#counter(tokenizer, choice.own || hub !== null, hub === null && !isClaude, choice.legacy);
    return { counter, missing: hub === null ? choice.wanted : null };
  }

  customCounter(tokenizer: TextTokenizer, model: string): ChatCounter {
    const legacy = model === LEGACY_MODEL;
    const counters = legacy ? this.#legacyCustom : this.#custom;
    const known = counters.get(tokenizer);
    if (known !== undefined) return known;
    const counter = this.#counter(tokenizer, true, false, legacy);
    counters.set(tokenizer, counter);
    return counter;
  }

  #counter(tokenizer: TextTokenizer, own: boolean, inChunks: boolean, legacy: boolean): ChatCounter {
    const remoteImageSize = this.#options.remoteImageSize ?? null;
    return new ChatCounter({ tokenizer, own, inChunks, legacy, mode: this.mode, remoteImageSize });
  }
}

class CounterOfModels implements ModelTokenCounter {
  readonly #exact: ModeCounters;
  readonly #litellm: ModeCounters;
  readonly #default: ModeCounters;

  constructor(options: ModelTokenCounterOptions) {
    this.#exact = new ModeCounters('exact', options);
    this.#litellm = new ModeCounters('litellm', options);
    this.#default = options.mode === 'litellm' ? this.#litellm : this.#exact;
  }

  count(request: CountRequest): number {
    return this.#counterFor(request).count(request);
  }

  measure(request: CountRequest): TokenCount {
    return this.#counterFor(request).measure(request);
  }

  tokenizerOf(model: string, mode?: CountMode): SelectedTokenizer {
    const { tokenizer, own } = this.#of(mode).counterOf(model);
    return { tokenizer, own };
  }

  #of(mode: CountMode | undefined): ModeCounters {
    if (mode === undefined) return this.#default;
    return mode === 'litellm' ? this.#litellm : this.#exact;
  }

  #counterFor(request: CountRequest): ChatCounter {
    if (typeof request !== 'object' || request === null)
      throw refused('no request is given; hand in { model, messages }');
    const { customTokenizer } = request;
    const counters = this.#of(request.compat);
    const model = request.model ?? '';
    if (typeof model !== 'string') throw refused('`model` is not a text; name one, e.g. "gpt-4o"');
    if (customTokenizer === undefined || customTokenizer === null) return counters.counterOf(model);
    if (typeof customTokenizer.count !== 'function')
      throw refused('`customTokenizer` has no `count`; take one of loadHuggingFaceTokenizer or getEncoding');
    return counters.customCounter(customTokenizer, model);
  }
}

const refused = (what: string): GatewayError => new GatewayError('bad_request', `Tokens cannot be counted: ${what}.`);

/** @param options what is known of models, and where tokenizers come from */
export function createModelTokenCounter(options: ModelTokenCounterOptions): ModelTokenCounter {
  return new CounterOfModels(options);
}
