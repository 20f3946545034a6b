/**
 * Which identities a percentage takes in. An identity has one fixed place between 0 and 1; a percentage takes in what
 * lies below it, so nobody changes sides while it grows, and the same in every process and thread.
 *
 * Promises: uniform (3 sigma, tested), independent from component to component, nothing allocated, linear in the first
 * 1,024 characters. Gives up: an identity's characters after those.
 */
import { TableKey } from '../primitives/table-key.ts';

const LONGEST_HASHED = 1_024;
const TWO_TO_32 = 4_294_967_296;

export class StickyBuckets {
  readonly #key = new TableKey();
  readonly #seed: number;

  /** @param name of the component; another name puts the same identities elsewhere */
  constructor(name: string) {
    this.#seed = this.#key.fill(0, 0, name).place | 0;
  }

  /** At least 0, below 1. */
  placeOf(identity: string): number {
    const text = identity.length > LONGEST_HASHED ? identity.slice(0, LONGEST_HASHED) : identity;
    return this.#key.fill(this.#seed, 0, text).place / TWO_TO_32;
  }
}
