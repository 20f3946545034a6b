/**
 * Which route a request line means.
 *
 * Exact paths are one map look-up on the path as sent; only a path with a percent sign or without an exact entry costs
 * more: one decode and one walk down a tree of segments (O(segments × alternatives), no RegExp). A decision is always
 * tied to a route definition with its own access rule, so no spelling of a path can reach a handler past its key check.
 *
 * LiteLLM-compat: `//`, other case and `;` are different paths (404); percent-encoded ones mean the decoded path; a
 * slash too many or too few at the end is redirected; 405 names the methods of the first route with that path only.
 */
import type { RouteDefinition } from '../contract.ts';

/** Deeper paths only match a `{name:path}` template by its first segments. */
const MOST_SEGMENTS = 64;
/** `{name}`, `{name:path}`, and Google's `{name}:verb`. */
const PARAMETER = /^\{([A-Za-z_]\w*)(:path)?\}(:\w+)?$/;
const NO_PARAMS: ReadonlyMap<string, string> = new Map();

export interface MatchedRoute {
  readonly kind: 'matched';
  readonly route: RouteDefinition;
  readonly pathParams: ReadonlyMap<string, string>;
}

export type RouteMatch =
  | MatchedRoute
  | { readonly kind: 'method-not-allowed'; readonly allow: string }
  | { readonly kind: 'redirect'; readonly path: string }
  | { readonly kind: 'not-found' };

const NOT_FOUND: RouteMatch = { kind: 'not-found' };

/** All routes of one path or template, in the order of definition. */
class MethodSet {
  readonly template: string;
  readonly #byMethod = new Map<string, MatchedRoute>();
  #refusal: RouteMatch = NOT_FOUND;

  constructor(template: string) {
    this.template = template;
  }

  add(route: RouteDefinition): void {
    if (this.#byMethod.size === 0) this.#refusal = { kind: 'method-not-allowed', allow: route.methods.join(', ') };
    for (const method of route.methods) {
      if (this.#byMethod.has(method)) throw new Error(`two routes for ${method} ${route.path}`);
      this.#byMethod.set(method, { kind: 'matched', route, pathParams: NO_PARAMS });
    }
  }

  get(method: string): MatchedRoute | undefined {
    return this.#byMethod.get(method);
  }

  get refusal(): RouteMatch {
    return this.#refusal;
  }
}

interface Leaf {
  readonly methods: MethodSet;
  readonly names: readonly string[];
}

/** `{name:path}` within a template: takes any text up to the segments that follow it, or up to its own ending. */
interface Tail extends Leaf {
  readonly suffix: readonly string[];
  readonly ending: string;
  readonly manySegments: boolean;
}

class Node {
  readonly literals = new Map<string, Node>();
  parameter: Node | null = null;
  readonly tails: Tail[] = [];
  leaf: Leaf | null = null;
}

interface Found {
  readonly leaf: Leaf;
  readonly values: readonly string[];
}

export class RouteTable {
  readonly routes: readonly RouteDefinition[];
  readonly #exact = new Map<string, MethodSet>();
  readonly #templates = new Map<string, MethodSet>();
  readonly #root = new Node();

  constructor(routes: readonly RouteDefinition[]) {
    this.routes = routes;
    for (const route of routes) {
      if (route.path.includes('{')) this.#addTemplate(route);
      else methodsOf(this.#exact, route.path).add(route);
    }
  }

  match(method: string, path: string): RouteMatch {
    return this.#exact.get(path)?.get(method) ?? this.#matchSlowly(method, path);
  }

  /** slow path: templates, encoded paths, other methods, unknown paths. */
  #matchSlowly(method: string, path: string): RouteMatch {
    const decoded = decodePath(path);
    if (decoded === null || !decoded.startsWith('/')) return NOT_FOUND;
    const direct = this.#lookUp(method, decoded);
    if (direct !== null) return direct;
    const other = decoded.endsWith('/') ? decoded.replace(/\/+$/, '') : `${decoded}/`;
    if (decoded === '/' || other === '') return NOT_FOUND;
    return this.#lookUp(method, other) === null ? NOT_FOUND : { kind: 'redirect', path: encodeURI(other) };
  }

  #lookUp(method: string, path: string): RouteMatch | null {
    const exact = this.#exact.get(path);
    const matched = exact?.get(method);
    if (matched !== undefined) return matched;
    const segments = path.split('/');
    const found = templatesFor(this.#root, segments, 1, []);
    for (const { leaf, values } of found) {
      const candidate = leaf.methods.get(method);
      if (candidate === undefined) continue;
      return { ...candidate, pathParams: new Map(leaf.names.map((name, index) => [name, values[index] ?? ''])) };
    }
    return exact?.refusal ?? found[0]?.leaf.methods.refusal ?? null;
  }

  #addTemplate(route: RouteDefinition): void {
    const known = this.#templates.get(route.path);
    if (known !== undefined) {
      known.add(route);
      return;
    }
    const methods = methodsOf(this.#templates, route.path);
    methods.add(route);
    const segments = route.path.split('/');
    const names: string[] = [];
    let node = this.#root;
    for (let index = 1; index < segments.length; index++) {
      const segment = segments[index] ?? '';
      const parameter = PARAMETER.exec(segment);
      if (parameter === null) {
        if (segment.includes('{')) throw new Error(`unreadable template ${route.path}`);
        node = child(node, segment);
        continue;
      }
      names.push(parameter[1] ?? '');
      const [, , path, ending = ''] = parameter;
      if (path !== undefined || ending !== '') {
        node.tails.push({
          methods,
          names,
          suffix: segments.slice(index + 1),
          ending,
          manySegments: path !== undefined,
        });
        return;
      }
      node.parameter ??= new Node();
      node = node.parameter;
    }
    node.leaf = { methods, names };
  }
}

function methodsOf(map: Map<string, MethodSet>, path: string): MethodSet {
  const known = map.get(path);
  if (known !== undefined) return known;
  const methods = new MethodSet(path);
  map.set(path, methods);
  return methods;
}

function child(node: Node, segment: string): Node {
  const known = node.literals.get(segment);
  if (known !== undefined) return known;
  const made = new Node();
  node.literals.set(segment, made);
  return made;
}

/** Every template that fits, literal segments before parameters, parameters before tails. */
function templatesFor(node: Node, segments: readonly string[], at: number, values: readonly string[]): Found[] {
  if (at === segments.length) return node.leaf === null ? [] : [{ leaf: node.leaf, values }];
  const found: Found[] = [];
  const segment = segments[at] ?? '';
  if (at < MOST_SEGMENTS) {
    const literal = node.literals.get(segment);
    if (literal !== undefined) found.push(...templatesFor(literal, segments, at + 1, values));
    if (node.parameter !== null && segment !== '') {
      found.push(...templatesFor(node.parameter, segments, at + 1, [...values, segment]));
    }
  }
  for (const tail of node.tails) {
    const end = segments.length - tail.suffix.length;
    if (end <= at) continue;
    if (tail.suffix.some((text, index) => segments[end + index] !== text)) continue;
    if (!tail.manySegments && end !== at + 1) continue;
    const text = segments.slice(at, end).join('/');
    if (!text.endsWith(tail.ending)) continue;
    found.push({ leaf: tail, values: [...values, text.slice(0, text.length - tail.ending.length)] });
  }
  return found;
}

function decodePath(path: string): string | null {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
