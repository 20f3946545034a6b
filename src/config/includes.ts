/**
 * `include: [file, …]`: files merged into the one that names them, as LiteLLM merges them. Lists grow, every other
 * value is replaced by the included file's; included files may include others, breadth first; each file is read once.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError } from './config-error.ts';
import type { Findings } from './findings.ts';
import { loadYaml } from './yaml/load-yaml.ts';
import {
  dictGet,
  keyIdentity,
  kindName,
  type Place,
  type PyDict,
  type PyEntry,
  type PyValue,
} from './yaml/py-value.ts';

const INCLUDE = 'include';

/** Reads a file's text; undefined when there is no such file. */
export type FileReader = (path: string) => string | undefined;

export function readFileText(path: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const reason = error instanceof TypeError ? 'it is not UTF-8 text' : (code ?? 'it cannot be read');
    throw new ConfigError(
      'file_unreadable',
      { file: path, line: null, key: null },
      `cannot read the file: ${reason}`,
      'Make it a readable UTF-8 text file.',
    );
  }
}

export interface MergedDocument {
  readonly root: PyDict;
  /** Absolute paths of every file that was read, the main file first. */
  readonly files: readonly string[];
}

/** Parses one file and reports its duplicate keys. @throws ConfigError */
export function parseMapping(text: string, file: string | null, findings: Findings): PyDict {
  const { value, warnings } = loadYaml(text, file);
  for (const { place, duplicateKey } of warnings) {
    findings.warn(duplicateKey, place, 'the key occurs twice in one mapping; the last one counts, as in LiteLLM');
  }
  if (value.kind === 'dict') return value;
  const place = { file, line: value.place.line, key: null };
  if (value.kind === 'none') throw new ConfigError('empty', place, 'the file is empty', 'Add a `model_list`.');
  throw new ConfigError(
    'wrong_type',
    place,
    `the file holds ${kindName(value)}, not a mapping`,
    'Begin with keys such as `model_list:`.',
  );
}

function includeEntries(root: PyDict): readonly { readonly name: string; readonly place: Place }[] {
  const value = dictGet(root, INCLUDE);
  if (value === undefined) return [];
  const items = value.kind === 'list' ? value.items : [value];
  return items.map((item) => {
    if (value.kind === 'list' && item.kind === 'str') return { name: item.value, place: item.place };
    throw new ConfigError(
      'wrong_type',
      { ...item.place, key: INCLUDE },
      `expected a list of file names, found ${kindName(item)}`,
      'Write `include: [models.yaml]`.',
    );
  });
}

function entryMap(dict: PyDict): Map<string, PyEntry> {
  return new Map(dict.entries.map((entry) => [keyIdentity(entry.key), entry]));
}

function mergedValue(base: PyValue | undefined, included: PyValue): PyValue {
  if (base?.kind !== 'list' || included.kind !== 'list') return included;
  return { ...base, items: [...base.items, ...included.items] };
}

function withoutInclude(dict: PyDict): PyDict {
  const entries = dict.entries.filter((entry) => entry.key.kind !== 'str' || entry.key.value !== INCLUDE);
  return { ...dict, entries };
}

function merge(base: PyDict, included: PyDict): PyDict {
  const entries = entryMap(base);
  for (const [identity, entry] of entryMap(included)) {
    const old = entries.get(identity);
    entries.set(identity, { key: old?.key ?? entry.key, value: mergedValue(old?.value, entry.value) });
  }
  return { ...base, entries: [...entries.values()] };
}

/** Beside the file that names it; LiteLLM-compat: else beside the main file. */
function locate(name: string, declaredIn: string, main: string, exists: (path: string) => boolean): string {
  const beside = resolve(dirname(declaredIn), name);
  const besideMain = resolve(dirname(main), name);
  return beside !== besideMain && !exists(beside) && exists(besideMain) ? besideMain : beside;
}

/**
 * The main document with every include merged in.
 * @throws ConfigError
 */
export function mergeIncludes(main: PyDict, mainPath: string, findings: Findings, read: FileReader): MergedDocument {
  const texts = new Map<string, string | undefined>();
  const readOnce = (path: string): string | undefined => {
    if (!texts.has(path)) texts.set(path, read(path));
    return texts.get(path);
  };
  const files = [resolve(mainPath)];
  let root = withoutInclude(main);
  const pending = includeEntries(main).map((entry) => ({ ...entry, declaredIn: resolve(mainPath) }));
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const path = locate(next.name, next.declaredIn, mainPath, (candidate) => readOnce(candidate) !== undefined);
    if (files.includes(path)) continue;
    const text = readOnce(path);
    if (text === undefined) {
      throw new ConfigError(
        'file_not_found',
        { ...next.place, key: INCLUDE },
        `the included file ${path} does not exist`,
        'Correct the name; it is relative to the file that includes it.',
      );
    }
    files.push(path);
    const included = parseMapping(text, path, findings);
    pending.push(...includeEntries(included).map((entry) => ({ ...entry, declaredIn: path })));
    root = merge(root, withoutInclude(included));
  }
  return { root, files };
}

/** Lays a document over another: mappings key by key, lists appended, anything else replaced. */
export function overlay(base: PyDict, over: PyDict): PyDict {
  const entries = entryMap(base);
  for (const [identity, entry] of entryMap(over)) {
    const old = entries.get(identity)?.value;
    const both =
      old?.kind === 'dict' && entry.value.kind === 'dict' ? overlay(old, entry.value) : mergedValue(old, entry.value);
    entries.set(identity, { key: entry.key, value: both });
  }
  return { ...base, entries: [...entries.values()] };
}
