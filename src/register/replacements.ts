/**
 * Changes to objects of the program, each of which can be taken back. A property is defined as it was but for its
 * value; taking back restores the descriptor, unless somebody else has changed the property since: then it is theirs.
 */
import { UnexpectedShape } from './unexpected-shape.ts';

interface Replacement {
  readonly target: object;
  readonly key: string;
  readonly original: PropertyDescriptor;
  readonly value: unknown;
}

export class Replacements {
  readonly #done: Replacement[] = [];

  get size(): number {
    return this.#done.length;
  }

  /** @throws UnexpectedShape when the target has no such property of its own, or it cannot be changed */
  replace(target: object, key: string, value: unknown): void {
    const original = Object.getOwnPropertyDescriptor(target, key);
    if (original === undefined) throw new UnexpectedShape(`there is no ${key}`);
    const isChanged = Reflect.defineProperty(target, key, {
      value,
      enumerable: original.enumerable ?? true,
      writable: original.writable ?? true,
      configurable: original.configurable ?? true,
    });
    if (!isChanged) throw new UnexpectedShape(`${key} cannot be changed`);
    this.#done.push({ target, key, original, value });
  }

  /** Takes back what was done after `size` was this, the last change first. */
  undo(downTo = 0): void {
    for (const { target, key, original, value } of this.#done.splice(downTo).reverse()) {
      if (Object.getOwnPropertyDescriptor(target, key)?.value === value) Reflect.defineProperty(target, key, original);
    }
  }
}
