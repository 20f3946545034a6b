/**
 * The address of a WebAssembly object that is built when somebody first asks for it. The object that was built lives as
 * long as the one that stands for it: its package frees it when both are unreachable, or when the address is set to 0,
 * which is how the package's own `free` begins.
 */
interface Built {
  readonly __wbg_ptr: number;
}

type Destroyable = Built & { __destroy_into_raw(): number };

export class LazyHandle<Instance extends Built> {
  /** Makes one more object like it. */
  readonly build: () => Instance;
  #built: (Instance & Destroyable) | null = null;
  /** Set by the package; until then the address is that of what was built. */
  #address: number | null = null;

  /** @param instance gets the property `__wbg_ptr` */
  constructor(instance: object, build: () => Instance) {
    this.build = build;
    Object.defineProperty(instance, '__wbg_ptr', {
      get: () => this.#addressNow(),
      set: (address: number) => {
        this.#set(address);
      },
      enumerable: true,
      configurable: true,
    });
  }

  get isFreed(): boolean {
    return this.#address === 0;
  }

  /** @returns false when there is something to free, or it was freed before: then that is the package's to do */
  freeUnbuilt(): boolean {
    if (this.#built !== null || this.#address !== null) return false;
    this.#address = 0;
    return true;
  }

  #addressNow(): number {
    if (this.#address !== null) return this.#address;
    this.#built ??= this.build() as Instance & Destroyable;
    return this.#built.__wbg_ptr;
  }

  #set(address: number): void {
    // It belongs to whoever sets the address now: what was built must not free it a second time.
    this.#built?.__destroy_into_raw();
    this.#built = null;
    this.#address = address;
  }
}
