/**
 * Session affinity by rendezvous hashing: the same key goes to the same candidate as long as it is one, and when it
 * leaves only its own sessions move. No memory per session, the same answer in every thread and process. O(n).
 * Gives up: weights and load; a session is worth more than balance.
 */
import type { Picking } from './strategies/contract.ts';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** @returns index into `group.members`; -1 without candidates */
export function affinityChoice({ group, candidates, count }: Picking, key: string): number {
  const hash = hashText(key, FNV_OFFSET);
  let best = -1;
  let highest = -1;
  for (let index = 0; index < count; index++) {
    const member = candidates[index] ?? 0;
    const score = mixed(hashText(group.members[member]?.id ?? '', hash));
    if (score <= highest) continue;
    highest = score;
    best = member;
  }
  return best;
}

function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  return hash;
}

/** Spreads the bits, so that ids that differ in their last character score far apart. */
function mixed(hash: number): number {
  let value = hash ^ (hash >>> 16);
  value = Math.imul(value, 0x85ebca6b);
  value ^= value >>> 13;
  value = Math.imul(value, 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
