/**
 * Gives an object properties of its own that are computed together when one of them is first asked for, in the order in
 * which a constructor would have made them. Afterwards it is what the constructor would have made.
 */
export function defineLazily(target: object, names: readonly string[], build: () => object): void {
  const waiting = new Set(names);
  const fill = (): void => {
    const built = Object.getOwnPropertyDescriptors(build()) as Record<string, PropertyDescriptor | undefined>;
    // What was set in the meantime stays.
    for (const name of waiting) Object.defineProperty(target, name, built[name] ?? { value: undefined });
    waiting.clear();
  };
  for (const name of names) {
    Object.defineProperty(target, name, {
      get: () => {
        fill();
        return Reflect.get(target, name) as unknown;
      },
      set: (value: unknown) => {
        waiting.delete(name);
        Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
      },
      enumerable: true,
      configurable: true,
    });
  }
}
