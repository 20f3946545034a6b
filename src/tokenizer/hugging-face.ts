/**
 * Tokenizers in Hugging Face's `tokenizer.json` format, run by the optional package `@huggingface/tokenizers`, which is
 * loaded here and nowhere else, and only when such a tokenizer is asked for.
 *
 * Promises: the ids of Hugging Face's own tokenizers (byte-level BPE, SentencePiece-style BPE, Unigram, WordPiece).
 * Special tokens are read as such in texts, and those that the file's template adds (`<s>`) are counted, as LiteLLM does.
 * Gives up: speed (a tenth of our own encodings, which are not in this format).
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { GatewayError } from '../errors/gateway-error.ts';
import type { TextTokenizer } from './contract.ts';

/** Where a tokenizer comes from: its JSON, a file with it, or a repository of the hub. */
export type HuggingFaceSource = { readonly json: string | object } | { readonly file: string } | HubRepository;

/** LiteLLM's `custom_tokenizer` of a deployment's `model_info`. */
export interface HubRepository {
  /** `owner/name`. */
  readonly identifier: string;
  /** Branch, tag or commit; default `main`. */
  readonly revision?: string | undefined;
  /** For repositories that are not public. */
  readonly authToken?: string | undefined;
}

/** Fetches a text, at most `limitBytes` long. Rejects when it cannot. */
export type FetchHubFile = (
  url: string,
  headers: Readonly<Record<string, string>>,
  limitBytes: number,
) => Promise<string>;

const HUB = 'https://huggingface.co';
const MOST_BYTES = 128 * 1024 * 1024;
const IDENTIFIER = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)?$/;
const REVISION = /^[\w-][\w./-]*$/;

/**
 * Loads a tokenizer.
 * @param fetchFile default: the process's `fetch`, at most 30 s
 * @throws GatewayError `not_implemented` without the optional package; `bad_request` for a file that is no tokenizer;
 * `api_connection` when the hub cannot be reached or has no such file
 */
export async function loadHuggingFaceTokenizer(
  source: HuggingFaceSource,
  fetchFile: FetchHubFile = fetchHubFile,
): Promise<TextTokenizer> {
  const { Tokenizer } = await loadPackage();
  const [name, json] = await readSource(source, fetchFile);
  const parsed = typeof json === 'string' ? parse(json, name) : json;
  try {
    return new HuggingFaceTokenizer(name, new Tokenizer(parsed, { clean_up_tokenization_spaces: false }));
  } catch (cause) {
    throw noTokenizer(name, cause);
  }
}

async function readSource(source: HuggingFaceSource, fetchFile: FetchHubFile): Promise<[string, string | object]> {
  if ('json' in source) return ['custom', source.json];
  if (!('file' in source)) return [source.identifier, await download(source, fetchFile)];
  try {
    return [source.file, await readFile(source.file, 'utf8')];
  } catch (cause) {
    throw new GatewayError('bad_request', `The tokenizer file ${source.file} cannot be read; check its path.`, {
      cause,
    });
  }
}

async function download({ identifier, revision, authToken }: HubRepository, fetchFile: FetchHubFile): Promise<string> {
  const branch = revision ?? 'main';
  if (!IDENTIFIER.test(identifier) || !REVISION.test(branch) || branch.includes('..'))
    throw new GatewayError(
      'bad_request',
      'A tokenizer is named `owner/name`, with a branch, tag or commit as revision.',
    );
  const headers = authToken === undefined ? {} : { authorization: `Bearer ${authToken}` };
  try {
    return await fetchFile(`${HUB}/${identifier}/resolve/${branch}/tokenizer.json`, headers, MOST_BYTES);
  } catch (cause) {
    throw new GatewayError(
      'api_connection',
      `The tokenizer ${identifier} could not be downloaded from ${HUB}; check the name and the network, or give its tokenizer.json as a file.`,
      { cause },
    );
  }
}

const DEADLINE_MS = 30_000;

async function fetchHubFile(
  url: string,
  headers: Readonly<Record<string, string>>,
  limitBytes: number,
): Promise<string> {
  const reply = await fetch(url, { headers, signal: AbortSignal.timeout(DEADLINE_MS) });
  if (!reply.ok || reply.body === null) throw new Error(`status ${reply.status}`);
  const decoder = new TextDecoder();
  let [text, length] = ['', 0];
  for await (const chunk of reply.body as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > limitBytes) throw new Error(`longer than ${limitBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** What is used of the optional package. */
interface LoadedTokenizer {
  encode(text: string, options?: { readonly add_special_tokens?: boolean }): { readonly ids: number[] };
  decode(ids: number[], options?: { readonly skip_special_tokens?: boolean }): string;
}
interface LoadedPackage {
  readonly Tokenizer: new (json: object, config: object) => LoadedTokenizer;
}

/** Whether the optional package can be loaded; looks it up without loading it. */
export function hasHuggingFacePackage(): boolean {
  try {
    createRequire(import.meta.url).resolve('@huggingface/tokenizers');
    return true;
  } catch {
    return false;
  }
}

async function loadPackage(): Promise<LoadedPackage> {
  try {
    return await import('@huggingface/tokenizers');
  } catch (cause) {
    throw new GatewayError(
      'not_implemented',
      'Hugging Face tokenizers need an optional package; install it: npm install @huggingface/tokenizers',
      { cause },
    );
  }
}

function parse(json: string, name: string): object {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw noTokenizer(name, cause);
  }
  if (typeof value !== 'object' || value === null) throw noTokenizer(name, undefined);
  return value;
}

const noTokenizer = (name: string, cause: unknown): GatewayError =>
  new GatewayError('bad_request', `The tokenizer ${name} is not a tokenizer.json of Hugging Face; check the file.`, {
    cause,
  });

class HuggingFaceTokenizer implements TextTokenizer {
  readonly name: string;
  readonly #tokenizer: LoadedTokenizer;

  constructor(name: string, tokenizer: LoadedTokenizer) {
    this.name = name;
    this.#tokenizer = tokenizer;
  }

  count(text: string): number {
    return this.#tokenizer.encode(text).ids.length;
  }

  /** Ids of the text, with those that the template adds. */
  encodeOrdinary(text: string): number[] {
    return this.#tokenizer.encode(text).ids;
  }

  /** The text of `ids`, special tokens left out. */
  decode(ids: Iterable<number>): string {
    const list = [...ids];
    return list.length === 0 ? '' : this.#tokenizer.decode(list, { skip_special_tokens: true });
  }
}
