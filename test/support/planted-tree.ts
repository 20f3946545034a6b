/** Test support: a temporary tree with planted files, to see a check fail. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface PlantedTree extends Disposable {
  readonly root: string;
}

/** Writes `files` (path -> text) below a new temporary folder, removed on dispose. `inside`: parent of that folder. */
export function plant(files: Readonly<Record<string, string>>, inside: string = tmpdir()): PlantedTree {
  mkdirSync(inside, { recursive: true });
  const root = mkdtempSync(path.join(inside, 'planted-'));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}
