/**
 * One YAML document as PyYAML's `safe_load` reads it. The `yaml` package parses the text with its failsafe schema,
 * where every scalar stays text; tags, merge keys, duplicate keys and scalar types are decided here, PyYAML's way.
 *
 * Promises: the values and the key order of `safe_load`, with file and line; the first fault as a ConfigError of one
 * line. Linear in the text but for the indentation repair (see `parse`). Gives up: what PyYAML accepts through its
 * simpler grammar beyond that repair is a syntax error here.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, Scalar } from 'yaml';
import type { Document, Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { ConfigError } from '../config-error.ts';
import { implicitTag, ScalarFault, scalarValue, TAG_PREFIX } from './scalars.ts';
import { keyIdentity, type Place, type PyDict, type PyEntry, type PyList, type PyValue } from './py-value.ts';

interface YamlWarning {
  readonly place: Place;
  /** The key that occurs twice in one mapping. */
  readonly duplicateKey: string;
}

interface LoadedYaml {
  readonly value: PyValue;
  readonly warnings: readonly YamlWarning[];
}

const MAX_REPAIRS = 500;
const REPAIR_INDENT = ' '.repeat(48);
/** Nodes after the expansion of aliases; "billion laughs" stops here. */
const MAX_NODES = 2_000_000;
const FORBIDDEN = /[^\t\n\r\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

interface Parsed {
  readonly documents: readonly Document[];
  readonly lines: LineCounter;
}

function parseOnce(text: string): Parsed {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    schema: 'failsafe',
    version: '1.1',
    merge: false,
    uniqueKeys: false,
    strict: true,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter: lines,
  });
  return { documents: parsed, lines };
}

/**
 * PyYAML does not look at indentation inside `[…]` and `{…}`, the yaml package does: a line that it finds too far
 * left is moved right and the text parsed again. Lines stay lines, so the places in messages stay true. Quadratic in
 * the number of such lines, hence the bound.
 */
function parse(source: string): Parsed {
  let text = source;
  for (let repairs = 0; ; repairs++) {
    const parsed = parseOnce(text);
    const error = parsed.documents.flatMap((document) => document.errors)[0];
    const flow = error?.code === 'BAD_INDENT' && error.message.startsWith('Flow ');
    if (error === undefined || !flow || repairs === MAX_REPAIRS) return parsed;
    const lineStart = text.lastIndexOf('\n', error.pos[0] - 1) + 1;
    const repaired = text.slice(0, lineStart) + REPAIR_INDENT + text.slice(lineStart);
    if (repaired.startsWith(REPAIR_INDENT, lineStart + REPAIR_INDENT.length)) return parsed;
    text = repaired;
  }
}

/** The failsafe schema leaves every scalar a string. */
function textOf(node: Scalar): string {
  return typeof node.value === 'string' ? node.value : '';
}

class Constructor {
  readonly warnings: YamlWarning[] = [];
  readonly #file: string | null;
  readonly #lines: LineCounter;
  readonly #document: Document;
  readonly #made = new Map<Node, PyValue>();
  readonly #open = new Set<Node>();
  /** Nodes under each value, aliases counted each time. */
  readonly #sizes = new Map<PyValue, number>();

  constructor(file: string | null, parsed: Parsed, document: Document) {
    this.#file = file;
    this.#lines = parsed.lines;
    this.#document = document;
  }

  #place(node: Node): Place {
    const offset = node.range?.[0] ?? 0;
    return { file: this.#file, line: Math.max(1, this.#lines.linePos(offset).line) };
  }

  #fail(node: Node, problem: string, remedy: string): never {
    throw new ConfigError('yaml_syntax', { ...this.#place(node), key: null }, problem, remedy);
  }

  value(node: Node): PyValue {
    if (isAlias(node)) return this.value(this.#target(node));
    const known = this.#made.get(node);
    if (known !== undefined) return known;
    if (this.#open.has(node)) this.#fail(node, 'the value contains itself', 'Remove the alias.');
    this.#open.add(node);
    const made = this.#construct(node);
    this.#open.delete(node);
    this.#made.set(node, made);
    this.#count(node, made);
    return made;
  }

  #count(node: Node, made: PyValue): void {
    let size = 1;
    if (made.kind === 'list') for (const item of made.items) size += this.#sizes.get(item) ?? 1;
    if (made.kind === 'dict') for (const entry of made.entries) size += this.#sizes.get(entry.value) ?? 1;
    if (size > MAX_NODES) this.#fail(node, 'the aliases expand to too many values', 'Use fewer aliases.');
    this.#sizes.set(made, size);
  }

  #target(node: Node): Node {
    const target = isAlias(node) ? node.resolve(this.#document) : node;
    if (target === undefined) this.#fail(node, 'the alias has no anchor before it', 'Define the anchor first.');
    return target;
  }

  #construct(node: Node): PyValue {
    if (isScalar(node)) return this.#scalar(node);
    if (isMap(node)) return this.#mapping(node);
    if (isSeq(node)) return this.#sequence(node);
    return this.#fail(node, 'this is no YAML value', 'Correct the syntax.');
  }

  /** Short tag: explicit, else PyYAML's reading of a plain scalar. */
  #tagOf(node: Scalar): string {
    const text = textOf(node);
    // LiteLLM-compat: PyYAML reads `! "12"` as if it were plain.
    if (node.tag === '!') return implicitTag(text);
    if (node.tag !== undefined) return node.tag.startsWith(TAG_PREFIX) ? node.tag.slice(TAG_PREFIX.length) : node.tag;
    return node.type === undefined || node.type === Scalar.PLAIN ? implicitTag(text) : 'str';
  }

  #scalar(node: Scalar): PyValue {
    const tag = this.#tagOf(node);
    try {
      return scalarValue(tag, textOf(node), this.#place(node));
    } catch (error) {
      if (!(error instanceof ScalarFault)) throw error;
      return this.#fail(node, `the value ${error.message}`, 'Correct it, or put it in quotes to make it a string.');
    }
  }

  #sequence(node: YAMLSeq): PyValue {
    const tag = this.#collectionTag(node, 'seq');
    const place = this.#place(node);
    if (tag === 'omap' || tag === 'pairs') return this.#pairs(node, place);
    if (tag !== 'seq') this.#unknownTag(node);
    return { kind: 'list', tuple: false, items: node.items.map((item) => this.value(item as Node)), place };
  }

  #pairs(node: YAMLSeq, place: Place): PyList {
    const items = node.items.map((item): PyList => {
      const pair = isMap(item) && item.items.length === 1 ? item.items[0] : undefined;
      if (pair === undefined) this.#fail(node, 'expected a list of single pairs', 'Write `- key: value`.');
      const [key, value] = this.#pair(pair as Pair<Node, Node | null>, node);
      return { kind: 'list', tuple: true, items: [this.value(key), this.#valueOf(value, key)], place };
    });
    return { kind: 'list', tuple: false, items, place };
  }

  #collectionTag(node: YAMLMap | YAMLSeq, fallback: string): string {
    if (node.tag === undefined || node.tag === '!') return fallback;
    return node.tag.startsWith(TAG_PREFIX) ? node.tag.slice(TAG_PREFIX.length) : node.tag;
  }

  #unknownTag(node: YAMLMap | YAMLSeq): never {
    return this.#fail(node, `the tag ${node.tag ?? ''} is not known here`, 'Remove the tag.');
  }

  #pair(pair: Pair<Node, Node | null>, parent: Node): [Node, Node | null] {
    if ((pair.key as Node | null) === null) {
      const empty = new Scalar('');
      empty.range = parent.range ?? null;
      return [empty, pair.value];
    }
    return [pair.key, pair.value];
  }

  #valueOf(node: Node | null, key: Node): PyValue {
    return node === null ? { kind: 'none', place: this.#place(key) } : this.value(node);
  }

  #mapping(node: YAMLMap): PyValue {
    const tag = this.#collectionTag(node, 'map');
    if (tag !== 'map' && tag !== 'set') this.#unknownTag(node);
    const entries = new Map<string, PyEntry>();
    for (const [key, value] of this.#flattened(node)) {
      const made = this.#key(key);
      const identity = keyIdentity(made);
      // Python keeps the first of two equal keys and the last of their values.
      entries.set(identity, { key: entries.get(identity)?.key ?? made, value: this.#valueOf(value, key) });
    }
    const place = this.#place(node);
    const list = [...entries.values()];
    if (tag === 'set') return { kind: 'set', items: list.map((entry) => entry.key), place };
    return { kind: 'dict', entries: list, place } satisfies PyDict;
  }

  /** Pairs with merge keys replaced by what they stand for, in PyYAML's order: merged pairs first. */
  #flattened(node: YAMLMap): readonly [Node, Node | null][] {
    const merged: [Node, Node | null][] = [];
    const own: [Node, Node | null][] = [];
    const seen = new Set<string>();
    for (const item of node.items) {
      const [key, value] = this.#pair(item as Pair<Node, Node | null>, node);
      if (isScalar(key) && this.#tagOf(key) === 'merge') merged.push(...this.#mergeSource(value, key));
      else own.push([key, value]);
      this.#noteDuplicate(key, seen);
    }
    return [...merged, ...own];
  }

  #noteDuplicate(key: Node, seen: Set<string>): void {
    if (!isScalar(key) || this.#tagOf(key) === 'merge') return;
    const text = textOf(key);
    if (seen.has(text)) this.warnings.push({ place: this.#place(key), duplicateKey: text });
    seen.add(text);
  }

  #mergeSource(value: Node | null, key: Node): readonly [Node, Node | null][] {
    const source = value === null ? null : this.#target(value);
    if (source !== null && this.#open.has(source)) this.#fail(key, 'the merge contains itself', 'Remove the alias.');
    if (isMap(source)) return this.#nested(source);
    if (isSeq(source)) {
      const mappings = source.items.map((item) => this.#target(item as Node));
      // Earlier mappings of the list win, so they come last.
      return mappings.toReversed().flatMap((mapping) => (isMap(mapping) ? this.#nested(mapping) : this.#badMerge(key)));
    }
    return this.#badMerge(key);
  }

  #nested(node: YAMLMap): readonly [Node, Node | null][] {
    this.#open.add(node);
    const pairs = this.#flattened(node);
    this.#open.delete(node);
    return pairs;
  }

  #badMerge(key: Node): never {
    return this.#fail(key, '`<<` needs a mapping or a list of mappings', 'Give it an alias such as `*defaults`.');
  }

  #key(node: Node): PyValue {
    const target = this.#target(node);
    if (isScalar(target) && this.#tagOf(target) === 'value') {
      return { kind: 'str', value: textOf(target), place: this.#place(target) };
    }
    const made = this.value(target);
    if (made.kind === 'list' || made.kind === 'dict' || made.kind === 'set') {
      this.#fail(node, 'a list or mapping cannot be a key', 'Use a string as key.');
    }
    return made.place.line === this.#place(node).line ? made : { ...made, place: this.#place(node) };
  }
}

function checkCharacters(text: string, file: string | null): void {
  const found = FORBIDDEN.exec(text);
  if (found === null) return;
  const line = text.slice(0, found.index).split('\n').length;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).padStart(4, '0');
  const problem = `the character U+${code.toUpperCase()} is not allowed in YAML`;
  throw new ConfigError('yaml_syntax', { file, line, key: null }, problem, 'Save the file as UTF-8 text without it.');
}

/**
 * @param file named in places and messages
 * @throws ConfigError `yaml_syntax`
 */
export function loadYaml(source: string, file: string | null): LoadedYaml {
  // YAML 1.1 counts U+0085 among the line breaks.
  const text = (source.startsWith('\uFEFF') ? source.slice(1) : source).replaceAll('\u0085', '\n');
  checkCharacters(text, file);
  const parsed = parse(text);
  const error = parsed.documents.flatMap((document) => document.errors)[0];
  if (error !== undefined) {
    const line = parsed.lines.linePos(error.pos[0]).line;
    const problem = `broken YAML: ${error.message.split('\n')[0] ?? ''}`;
    throw new ConfigError('yaml_syntax', { file, line, key: null }, problem, 'Correct the syntax at this line.');
  }
  const [document, second] = parsed.documents;
  if (second !== undefined) {
    const line = parsed.lines.linePos(second.range?.[0] ?? 0).line;
    const problem = 'a second YAML document begins here';
    throw new ConfigError('yaml_syntax', { file, line, key: null }, problem, 'Keep one document and remove `---`.');
  }
  const contents = document?.contents ?? null;
  if (document === undefined || contents === null)
    return { value: { kind: 'none', place: { file, line: 1 } }, warnings: [] };
  const constructor = new Constructor(file, parsed, document);
  return { value: constructor.value(contents), warnings: constructor.warnings };
}
