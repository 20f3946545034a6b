import type { ChatUsage } from './usage.ts';

/** Body of `POST /v1/embeddings`. Members that are not listed are passed on. */
export interface EmbeddingsRequest {
  readonly model: string;
  /** Texts, or token ids. */
  readonly input: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  /** Default `float`. */
  readonly encoding_format?: 'float' | 'base64';
  readonly dimensions?: number;
  readonly user?: string;
}

export interface EmbeddingsResponse {
  readonly object: 'list';
  readonly data: readonly Embedding[];
  readonly model: string;
  readonly usage: ChatUsage;
}

export interface Embedding {
  readonly object: 'embedding';
  readonly index: number;
  /** Text when `encoding_format` is `base64`: little-endian 32-bit floats. */
  readonly embedding: readonly number[] | string;
}
