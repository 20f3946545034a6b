/**
 * The process environment, read once. Nothing else in the program reads `process.env`.
 */
export type Environment = ReadonlyMap<string, string>;

/** A copy of the process environment at this moment. */
export function readEnvironment(): Environment {
  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) variables.set(name, value);
  return variables;
}
