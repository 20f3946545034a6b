/** Which contestants are installed, in which version, and what to do about those that are not. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const BENCH = import.meta.dirname;
export const ROOT = path.dirname(BENCH);
const VERSIONS = path.join(BENCH, 'child/python-versions.py');

/** The versions of LiteLLM and fast_litellm that the figures are of; any other is named by its own version. */
const LITELLM = 'litellm[proxy]==1.102.4';
const FAST_LITELLM = 'fast-litellm==0.1.10';

export interface Installed {
  readonly version: string | null;
  /** Why it cannot take part on this machine and what installs it, or null. */
  readonly missing: string | null;
}

/** Interpreters that hold the Python contestants. */
export interface Pythons {
  readonly litellm: string;
  /** One with fast-litellm beside LiteLLM, since its import patches LiteLLM. */
  readonly fastLitellm: string;
}

/** @param name of a package of `bench/package.json` */
export function installedPackage(name: string): Installed {
  const version = versionIn(path.join(BENCH, 'node_modules', name));
  return { version, missing: version === null ? 'run `npm ci --prefix bench`' : null };
}

/** This repository's own package, as it is published. */
export function builtPackage(): Installed {
  const isBuilt = existsSync(path.join(ROOT, 'dist/index.js'));
  return { version: versionIn(ROOT), missing: isBuilt ? null : 'not built: run `npm run build`' };
}

export function installedLitellm({ litellm }: Pythons): Installed {
  return installedDistribution(litellm, 'litellm', `pip install '${LITELLM}', then \`--python PATH\``);
}

export function installedFastLitellm({ fastLitellm }: Pythons): Installed {
  const remedy = `pip install '${LITELLM}' '${FAST_LITELLM}' in an environment of its own, then \`--fast-python PATH\``;
  return installedDistribution(fastLitellm, 'fast-litellm', remedy);
}

/** @param remedy what installs it */
export function installedDistribution(python: string, name: string, remedy: string): Installed {
  const versions = versionsOf(python, name);
  if (versions === null) return { version: null, missing: `no Python at ${python}: ${remedy}` };
  const version = versions[name] ?? null;
  return { version, missing: version === null ? `not installed: ${remedy}` : null };
}

/** @returns the version of the interpreter, or null when there is none */
export function pythonVersion(python: string): string | null {
  return versionsOf(python)?.['python'] ?? null;
}

function versionsOf(python: string, ...names: readonly string[]): Record<string, string | null> | null {
  const { status, stdout } = spawnSync(python, [VERSIONS, ...names], { encoding: 'utf8' });
  return status === 0 ? (JSON.parse(stdout) as Record<string, string | null>) : null;
}

function versionIn(folder: string): string | null {
  const file = path.join(folder, 'package.json');
  if (!existsSync(file)) return null;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
