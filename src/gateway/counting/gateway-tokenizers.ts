/**
 * The Hugging Face tokenizers of the running configuration: those that deployments name themselves
 * (`model_info.custom_tokenizer`) and those of the hub that LiteLLM's rules name for their models. They are loaded and
 * asked in a thread of their own, which is started when a configuration wants the first one.
 *
 * Promises: nobody waits for a load, and until it is done, or if it fails, the count is the one without; a load that
 * fails is one warning; what a reload keeps is not loaded again, what it no longer wants is let go; no message holds a
 * token for the hub.
 */
import type { Logger } from 'pino';
import type { ConfigSnapshot, Deployment } from '../../config/snapshot.ts';
import type { HubTokenizerName, ModelFamilies } from '../../tokenizer/chat/contract.ts';
import { wantedHubTokenizer } from '../../tokenizer/chat/select-tokenizer.ts';
import type { BackgroundCounter } from '../../tokenizer/contract.ts';
import { hasHuggingFacePackage, type HuggingFaceSource } from '../../tokenizer/hugging-face.ts';
import { TokenizerThread, type ThreadTokenizer } from '../../tokenizer/tokenizer-thread.ts';
import { customTokenizerOf } from './custom-tokenizer.ts';

/** What loads and counts; `TokenizerThread` but in tests. */
export interface TokenizerLoader {
  load(name: string, source: HuggingFaceSource): Promise<ThreadTokenizer>;
  close(): Promise<void>;
}

export interface GatewayTokenizersOptions {
  readonly log: Logger;
  /** Default: a `TokenizerThread`. */
  readonly startLoader?: (onLost: () => void) => TokenizerLoader;
  /** Whether the optional package is there; default: looks. */
  readonly hasPackage?: () => boolean;
}

/** A tokenizer that the configuration wants. */
interface Wanted {
  readonly name: string;
  readonly source: HuggingFaceSource;
  /** The first model that wants it. */
  readonly model: string;
  /** What to do when it cannot be loaded. */
  readonly remedy: string;
}

/** `tokenizer` is null while it is loaded. */
interface Entry {
  tokenizer: ThreadTokenizer | null;
}

export class GatewayTokenizers {
  readonly #log: Logger;
  readonly #startLoader: (onLost: () => void) => TokenizerLoader;
  readonly #hasPackage: () => boolean;
  readonly #entries = new Map<string, Entry>();
  #loader: TokenizerLoader | null = null;
  #saidWithout = false;

  constructor({ log, startLoader, hasPackage = hasHuggingFacePackage }: GatewayTokenizersOptions) {
    this.#log = log;
    this.#startLoader = startLoader ?? ((onLost) => new TokenizerThread(onLost));
    this.#hasPackage = hasPackage;
  }

  /** Begins to load what a configuration wants. Never throws. */
  follow(snapshot: ConfigSnapshot, families: ModelFamilies): void {
    const wanted = new Map([...this.#customWanted(snapshot), ...this.#hubWanted(snapshot, families)]);
    for (const [key, { tokenizer }] of this.#entries) {
      if (wanted.has(key)) continue;
      this.#entries.delete(key);
      tokenizer?.drop();
    }
    for (const [key, one] of wanted) if (!this.#entries.has(key)) void this.#load(key, one);
    if (this.#entries.size === 0) void this.close();
  }

  /** The deployment's own tokenizer, if it has one and it is loaded. */
  own({ modelInfo }: Deployment): BackgroundCounter | null {
    const custom = customTokenizerOf(modelInfo);
    return custom === null || custom === 'invalid' ? null : (this.#entries.get(custom.key)?.tokenizer ?? null);
  }

  /** A tokenizer of the hub, if the configuration wants it and it is loaded. */
  hub(name: HubTokenizerName): BackgroundCounter | null {
    return this.#entries.get(name)?.tokenizer ?? null;
  }

  async close(): Promise<void> {
    const loader = this.#loader;
    this.#loader = null;
    this.#entries.clear();
    await loader?.close();
  }

  async #load(key: string, { name, source, model, remedy }: Wanted): Promise<void> {
    const entry: Entry = { tokenizer: null };
    this.#entries.set(key, entry);
    const isWanted = (): boolean => this.#entries.get(key) === entry;
    try {
      this.#loader ??= this.#startLoader(() => this.#lose());
      const tokenizer = await this.#loader.load(name, source);
      if (isWanted()) entry.tokenizer = tokenizer;
      else tokenizer.drop();
    } catch (error) {
      if (!isWanted()) return;
      // Another reload may try again.
      this.#entries.delete(key);
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.warn({ model }, `The tokenizer ${name} of the model ${model} is not used: ${reason} ${remedy}`);
    }
  }

  #lose(): void {
    this.#loader = null;
    this.#entries.clear();
    this.#log.warn(
      'The thread of the Hugging Face tokenizers ended; counts go on without them. Reload the configuration to load them again.',
    );
  }

  *#customWanted(snapshot: ConfigSnapshot): Generator<[string, Wanted]> {
    const offline = isOffline(snapshot);
    const seen = new Set<string>();
    for (const { modelName: model, modelInfo } of snapshot.deployments) {
      const custom = customTokenizerOf(modelInfo);
      if (custom === null) continue;
      if (custom === 'invalid') {
        this.#log.warn(
          { model },
          `model_info.custom_tokenizer of the model ${model} is not used; write \`identifier\`, and where needed \`revision\` and \`auth_token\`, as texts. ${STAND_IN}`,
        );
        continue;
      }
      const { key, identifier: name, source, isLocal } = custom;
      if (seen.has(key)) continue;
      seen.add(key);
      if (isLocal || !offline) yield [key, { name, source, model, remedy: STAND_IN }];
      else {
        this.#log.warn(
          { model },
          `The tokenizer ${name} of the model ${model} is not downloaded because HF_HUB_OFFLINE is set; give the path of its tokenizer.json as \`identifier\`. ${STAND_IN}`,
        );
      }
    }
  }

  #hubWanted(snapshot: ConfigSnapshot, families: ModelFamilies): readonly [HubTokenizerName, Wanted][] {
    if (disablesHubTokenizers(snapshot)) return [];
    const wanted = new Map<HubTokenizerName, Wanted>();
    for (const { model, modelName } of snapshot.deployments) {
      // Routes count for the name with its provider or for the name without it.
      for (const name of [model, model.slice(model.indexOf('/') + 1)]) {
        const hub = wantedHubTokenizer(name, families);
        if (hub !== null && !wanted.has(hub))
          wanted.set(hub, { name: hub, source: { identifier: hub }, model: modelName, remedy: HUB_REMEDY });
      }
    }
    if (wanted.size === 0) return [];
    const obstacle = isOffline(snapshot) ? 'HF_HUB_OFFLINE is set' : this.#hasPackage() ? null : NO_PACKAGE;
    if (obstacle === null) return [...wanted];
    if (!this.#saidWithout) {
      this.#saidWithout = true;
      this.#log.debug({ tokenizers: [...wanted.keys()] }, `Not loaded, since ${obstacle}. ${STAND_IN}`);
    }
    return [];
  }
}

const STAND_IN = "Until then LiteLLM's rules for the model's name count, which is cl100k_base for most.";
const HUB_REMEDY = `Or set litellm_settings.disable_hf_tokenizer_download. ${STAND_IN}`;
const NO_PACKAGE = 'the optional package @huggingface/tokenizers is not installed';

/** `litellm_settings.disable_hf_tokenizer_download`, which says so for Claude's bundled one, too. */
function disablesHubTokenizers({ litellm }: ConfigSnapshot): boolean {
  return litellm.raw['disable_hf_tokenizer_download'] === true;
}

/** The values that Hugging Face's own libraries take for true. */
function isOffline({ environment }: ConfigSnapshot): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes((environment.get('HF_HUB_OFFLINE') ?? '').toUpperCase());
}

/** LiteLLM-compat: with the switch only OpenAI's encodings count, for Claude as well. */
export function familiesFor(snapshot: ConfigSnapshot, families: ModelFamilies): ModelFamilies {
  if (!disablesHubTokenizers(snapshot)) return families;
  return {
    get version() {
      return families.version;
    },
    isOpenaiModel: (model) => families.isOpenaiModel(model),
    isAnthropicModel: () => false,
    isCohereModel: () => false,
  };
}
