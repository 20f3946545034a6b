/**
 * The process environment, read once. Nothing else in the program reads `process.env`.
 */
export type Environment = ReadonlyMap<string, string>;

/** One variable as it is now, for what programs set while they run. */
export function readVariable(name: string): string | undefined {
  return process.env[name];
}

/** A copy of the process environment, or of another record of variables, at this moment. */
export function readEnvironment(record: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(record)) if (value !== undefined) variables.set(name, value);
  return variables;
}

/**
 * The process environment as it is at each question, for programs that set variables while they run. Answers `get` and
 * `has`; there is nothing to walk over.
 */
export class LiveEnvironment extends Map<string, string> {
  readonly #answers = new Map<string, string | undefined>();

  override get(name: string): string | undefined {
    const value = process.env[name];
    this.#answers.set(name, value);
    return value;
  }

  override has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Whether an answer that was given would be another one now. One look at the environment per name ever asked for. */
  hasChanged(): boolean {
    for (const [name, value] of this.#answers) if (process.env[name] !== value) return true;
    return false;
  }
}
