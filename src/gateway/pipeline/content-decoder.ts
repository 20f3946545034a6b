/**
 * Undoes a reply's content coding. We ask for `identity`, so this is only for providers that compress anyway.
 * slow path: one zlib stream per reply.
 */
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { Transform } from 'node:stream';

export interface DecoderSink {
  onData(chunk: Buffer): void;
  onEnd(): void;
  onDecodeError(message: string): void;
}

export interface ContentDecoder {
  push(chunk: Buffer): void;
  finish(): void;
  destroy(): void;
}

const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
  ['zstd', () => createZstdDecompress()],
]);

/** @returns null for `identity` and for codings that nobody registered; those bytes are passed as they are */
export function createContentDecoder(coding: string, sink: DecoderSink): ContentDecoder | null {
  const create = DECODERS.get(coding.trim().toLowerCase());
  if (create === undefined) return null;
  const stream = create();
  let over = false;
  const once = (action: () => void): void => {
    if (over) return;
    over = true;
    action();
  };
  stream.on('data', (chunk: Buffer) => {
    if (!over) sink.onData(chunk);
  });
  stream.on('end', () => once(() => sink.onEnd()));
  stream.on('error', (error) => once(() => sink.onDecodeError(error.message)));
  return {
    push: (chunk) => {
      stream.write(chunk);
    },
    finish: () => {
      stream.end();
    },
    destroy: () => {
      over = true;
      stream.destroy();
    },
  };
}
