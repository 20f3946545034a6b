/**
 * Enforces the arrows of `arrows.ts` on every import of `src/`, and that no runtime imports form a cycle. Reads the
 * sources with oxc-parser, because dependency-cruiser needs the compiler API that TypeScript 7 no longer has and reports
 * 0 modules without it. So that this check cannot pass by seeing nothing, a run without modules or imports, a folder
 * without a level and an import that resolves to no file are violations too. Cost: one parse per file.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { parseSync } from 'oxc-parser';

import { CONTRACT_FILES, LEAVES, LEVELS, ROOMS } from './arrows.ts';

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly names: readonly string[];
}

interface Edge extends Import {
  /** Path from the root, with forward slashes. */
  readonly from: string;
  /** The same, or null for a package. */
  readonly to: string | null;
}

export interface ArrowReport {
  readonly modules: number;
  readonly imports: number;
  readonly violations: readonly string[];
}

export function checkArrows(root: string): ArrowReport {
  const files = globSync('src/**/*.ts', { cwd: root }).sort();
  const edges = files.flatMap((file) => edgesOf(root, file));
  const violations = edges.map((edge) => violationOf(root, edge)).filter((found) => found !== null);
  if (files.length === 0) violations.push('saw 0 modules: nothing was checked');
  else if (edges.length === 0 && files.length > 1) violations.push('saw 0 imports: nothing was checked');
  for (const folder of new Set(files.map(folderOf))) {
    if (!LEVELS.has(folder)) violations.push(`src/${folder} has no level in scripts/arrows.ts`);
  }
  violations.push(...cycles(edges));
  return { modules: files.length, imports: edges.length, violations };
}

function edgesOf(root: string, file: string): readonly Edge[] {
  const source = readFileSync(path.join(root, file), 'utf8');
  return importsOf(file, source).map((found) => {
    const relative = found.specifier.startsWith('.');
    const to = relative ? path.posix.join(path.posix.dirname(file), found.specifier) : null;
    return { ...found, from: file, to };
  });
}

/** Every import, re-export and dynamic import of a source text. */
export function importsOf(file: string, source: string): readonly Import[] {
  const { module, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message ?? 'does not parse'}`);
  const imports: Import[] = module.staticImports.map((found) => ({
    specifier: found.moduleRequest.value,
    typeOnly: found.entries.length > 0 && found.entries.every((entry) => entry.isType),
    names: found.entries.map((entry) => entry.importName.name ?? ''),
  }));
  for (const found of module.staticExports) {
    for (const entry of found.entries) {
      if (entry.moduleRequest === null) continue;
      imports.push({ specifier: entry.moduleRequest.value, typeOnly: entry.isType, names: [] });
    }
  }
  for (const found of module.dynamicImports) {
    const text = source.slice(found.moduleRequest.start, found.moduleRequest.end);
    const literal = /^(['"])(.*)\1$/.exec(text)?.[2];
    if (literal !== undefined) imports.push({ specifier: literal, typeOnly: false, names: [] });
  }
  return imports;
}

function violationOf(root: string, edge: Edge): string | null {
  const to = edge.to ?? edge.specifier;
  if (edge.to === null) return packageViolation(edge);
  if (!existsSync(path.join(root, edge.to))) return `${edge.from} -> ${to}: no such file`;
  if (!edge.to.startsWith('src/')) {
    if (LEAVES.some((leaf) => edge.to?.startsWith(`${leaf}/`))) return `${edge.from} -> ${to}: a leaf nobody imports`;
    return isTest(edge.from) ? null : `${edge.from} -> ${to}: production code imports only from src/`;
  }
  if (isTest(edge.to) && !isTest(edge.from)) return `${edge.from} -> ${to}: production code imports a test`;
  return levelViolation(edge.from, edge.to, edge.typeOnly);
}

function levelViolation(from: string, to: string, typeOnly: boolean): string | null {
  const [here, there] = [folderOf(from), folderOf(to)];
  const contract = CONTRACT_FILES.has(path.posix.basename(to));
  if (CONTRACT_FILES.has(path.posix.basename(from)) && here === there && !typeOnly) {
    return `${from} -> ${to}: a contract imports an implementation`;
  }
  if (here === there || (typeOnly && contract)) return null;
  const [level, wanted] = [LEVELS.get(here), LEVELS.get(there)];
  if (level === undefined || wanted === undefined || wanted < level) return null;
  const remedy = contract ? 'use `import type`' : 'take it as a parameter and compose above';
  return `${from} -> ${to}: ${here} (level ${level}) may not import ${there} (level ${wanted}); ${remedy}`;
}

function packageViolation(edge: Edge): string | null {
  const { from, specifier } = edge;
  if (isTest(from)) return null;
  if (/^(node:)?process$/.test(specifier) && edge.names.includes('env') && folderOf(from) !== 'config') {
    return `${from}: only src/config reads the environment`;
  }
  const rooms = ROOMS.get(specifier);
  if (rooms === undefined || rooms.includes(folderOf(from))) return null;
  return `${from} -> ${specifier}: only ${rooms.map((room) => `src/${room}`).join(', ')} may import it`;
}

/** Cycles of runtime imports, each once, as `a -> b -> a`. */
function cycles(edges: readonly Edge[]): readonly string[] {
  const graph = new Map<string, string[]>();
  for (const { from, to, typeOnly } of edges) {
    if (to === null || typeOnly) continue;
    graph.set(from, [...(graph.get(from) ?? []), to]);
  }
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) found.push(`cycle: ${[...trail.slice(start), file].join(' -> ')}`);
    if (start >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

/** `src/wire/x.ts` -> `wire`; `src/index.ts` -> `index.ts`. */
function folderOf(file: string): string {
  return file.split('/')[1] ?? '';
}

/** Tests, benchmarks and the suites that every implementation of a contract runs. */
function isTest(file: string): boolean {
  return /\.(test|bench|contract)\.ts$/.test(file);
}

if (import.meta.main) {
  const report = checkArrows(path.dirname(import.meta.dirname));
  for (const violation of report.violations) process.stdout.write(`${violation}\n`);
  const { modules, imports, violations } = report;
  process.stdout.write(`arrows: ${modules} modules, ${imports} imports, ${violations.length} violations\n`);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
