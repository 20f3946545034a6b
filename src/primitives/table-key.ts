/**
 * Where a text's entry lives in a shared table: 32 bits choose the group, 32 others (the tag) tell the entries of a
 * group apart. Made once and filled again and again, or kept with what it stands for.
 *
 * Promises: linear in the text, four code units per step, nothing allocated; with a secret seed nobody can choose texts
 * that meet. Gives up: it is no cryptographic hash, and the text itself is not kept. Two texts with the same tag in the
 * same group are one entry; see shared-table.ts for how likely that is.
 */
export class TableKey {
  /** Unsigned 32 bits. */
  place = 0;
  /** Signed 32 bits, never 0. */
  tag = 1;

  /**
   * @param seed secret of the table
   * @param kind keeps apart equal texts that mean different things
   */
  fill(seed: number, kind: number, text: string): this {
    const end = text.length;
    const whole = end & ~3;
    let first = Math.imul(seed ^ kind, 0x9e_37_79_b1) ^ end;
    let second = Math.imul(seed + end, 0x85_eb_ca_77) ^ kind;
    let at = 0;
    for (; at < whole; at += 4) {
      const left = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
      const right = text.charCodeAt(at + 2) | (text.charCodeAt(at + 3) << 16);
      first = Math.imul(((first << 13) | (first >>> 19)) ^ left, 0x5b_d1_e9_95);
      second = Math.imul(((second << 15) | (second >>> 17)) ^ right, 0x1b_87_35_93);
    }
    for (; at < end; at++) {
      first = Math.imul(((first << 13) | (first >>> 19)) ^ text.charCodeAt(at), 0x5b_d1_e9_95);
      second = Math.imul(((second << 15) | (second >>> 17)) ^ text.charCodeAt(at), 0x1b_87_35_93);
    }
    // Each of the two depends on both halves, and together they still tell all states apart.
    first ^= mixed(second);
    second ^= mixed(first);
    this.place = mixed(first) >>> 0;
    const tag = mixed(second ^ 0x2c_1b_3c_6d);
    this.tag = tag === 0 ? 1 : tag;
    return this;
  }
}

/** The last step of MurmurHash3: every bit changes every other. */
function mixed(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85_eb_ca_6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2_b2_ae_35);
  return bits ^ (bits >>> 16);
}
