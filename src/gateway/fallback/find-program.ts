import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Where the shell would find a program; null: nowhere. */
export function findProgram(name: string, environment: ReadonlyMap<string, string>): string | null {
  for (const folder of (environment.get('PATH') ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    if (folder !== '' && isExecutable(file)) return file;
  }
  return null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
