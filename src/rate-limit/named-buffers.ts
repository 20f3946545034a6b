/** Buffers of several counters in one record, each counter's under a prefix of its own. */
type Buffers = Readonly<Record<string, SharedArrayBuffer>>;

export function namedUnder(prefix: string, buffers: Buffers): Buffers {
  return Object.fromEntries(Object.entries(buffers).map(([name, buffer]) => [prefix + name, buffer]));
}

/** The option `shared` of the counter under this prefix; none where nothing is shared. */
export function sharedUnder(prefix: string, buffers: Buffers | undefined): { readonly shared?: Buffers } {
  if (buffers === undefined) return {};
  const own = Object.entries(buffers).filter(([name]) => name.startsWith(prefix));
  return { shared: Object.fromEntries(own.map(([name, buffer]) => [name.slice(prefix.length), buffer])) };
}
