/** The secret with which all gateways of a cluster hash the keys of their limits. */
import { createHmac } from 'node:crypto';

/**
 * The same for the same configuration; 32 bits, which is what `TableKey` takes.
 * @param secret salt key, else master key; empty in open mode, where nobody has a key whose limits could be met
 */
export function clusterSeed(secret: string, namespace: string): number {
  return createHmac('sha256', secret).update(`fast-litellm limits ${namespace}`).digest().readInt32LE(0);
}
