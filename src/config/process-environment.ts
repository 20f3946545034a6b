/** The process environment as it is now; the one place that reads it. */
export function processEnvironment(): ReadonlyMap<string, string> {
  const environment = new Map<string, string>();
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment.set(name, value);
  return environment;
}
