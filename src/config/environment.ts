/**
 * The process environment, read once. Nothing else in the program reads `process.env`.
 */
export type Environment = ReadonlyMap<string, string>;

/** A copy of the process environment, or of another record of variables, at this moment. */
export function readEnvironment(record: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(record)) if (value !== undefined) variables.set(name, value);
  return variables;
}
