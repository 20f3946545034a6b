import { createHash } from 'node:crypto';

/** A Lua script; `sha` is the name by which a server that has seen it knows it (`EVALSHA`). */
export interface RedisScript {
  readonly text: string;
  readonly sha: string;
}

export function scriptOf(text: string): RedisScript {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
