/** A module or a function is not what an adapter was written for. The original is kept. */
export class UnexpectedShape extends Error {
  override readonly name = 'UnexpectedShape';
}

/** The function under `key`. @throws UnexpectedShape when there is none */
export function functionAt<Result>(holder: unknown, key: string): Result {
  const value = (holder as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  if (typeof value !== 'function') throw new UnexpectedShape(`${key} is no function`);
  return value as Result;
}
