/** Files of installed packages, told by their URLs. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HookPoint, ReplacedPackage, Version } from './contract.ts';

const MODULES = '/node_modules/';

/** A module of a replaced package, at one of its hook points. */
export interface PackageFile {
  readonly package: ReplacedPackage;
  readonly point: HookPoint;
  readonly url: string;
  /** URL of the package's folder, with a slash at the end. */
  readonly root: string;
  /** Path inside the package. */
  readonly file: string;
}

/** Finds the hook point of a URL among the packages by name; null for every other module. Hot: asked for each one. */
export function packageFileOf(url: string, packages: ReadonlyMap<string, ReplacedPackage>): PackageFile | null {
  const at = url.lastIndexOf(MODULES);
  if (at < 0 || !url.startsWith('file:')) return null;
  const start = at + MODULES.length;
  let end = url.indexOf('/', start);
  if (url.charCodeAt(start) === 0x40 /* @ */) end = url.indexOf('/', end + 1);
  if (end < 0) return null;
  const found = packages.get(url.slice(start, end));
  if (found === undefined) return null;
  const file = url.slice(end + 1);
  const point = found.points.find((each) => each.file.test(file));
  return point === undefined ? null : { package: found, point, url, root: url.slice(0, end + 1), file };
}

/** The version that a package says it has; null when it says none. */
export function versionOf({ root }: PackageFile): string | null {
  try {
    const manifest: unknown = JSON.parse(readFileSync(fileURLToPath(`${root}package.json`), 'utf8'));
    const { version } = manifest as { readonly version?: unknown };
    return typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}

/** Whether a version is in the range; prereleases are in none. */
export function isInRange(version: string, [from, below]: readonly [Version, Version]): boolean {
  const [, ...parts] = /^(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? [];
  if (parts.length === 0) return false;
  const numbers = parts.map(Number);
  return compare(numbers, from) >= 0 && compare(numbers, below) < 0;
}

/** A range as a reader knows it: `1.0.7 to below 1.1.0`. */
export function describeRange([from, below]: readonly [Version, Version]): string {
  return `${from.join('.')} to below ${below.join('.')}`;
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (let i = 0; i < 3; i += 1) {
    const difference = (one[i] ?? 0) - (other[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
