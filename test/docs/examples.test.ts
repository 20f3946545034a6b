/**
 * The TypeScript examples of the documents, run as they stand over the sources. A line `expression; // value` is checked
 * when the comment begins with a value. A block behind `<!-- not run: … -->` is left out. Blocks of one document share
 * their variables.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const ENTRIES: Readonly<Record<string, string>> = {
  'fast-litellm': 'src/index.ts',
  'fast-litellm/tokenizer': 'src/tokenizer/index.ts',
  '../src/rollout/create-rollout.ts': 'src/rollout/create-rollout.ts',
  '../src/rollout/read-settings.ts': 'src/rollout/read-settings.ts',
};
const BLOCK = /(<!-- not run:[^>]*-->\s*)?```ts\n([\s\S]*?)```/g;
const IMPORT = /^import \{([^}]*)\} from '([^']*)';\n/gm;

/** The value that a comment begins with, as source; null: it is prose. */
function valueIn(comment: string): string | null {
  for (const source of [comment, comment.split(':')[0] ?? '', comment.split(';')[0] ?? '']) {
    // Shown in part: `{ …, exactness: 'estimate' }`.
    if (source.includes('…')) return null;
    try {
      runInNewContext(`(${source})`);
      return /^[\w'"[{-]/.test(source) ? source : null;
    } catch {
      continue;
    }
  }
  return null;
}

function programOf(markdown: string): { readonly source: string; readonly checks: number } {
  const imports = new Map<string, string>();
  let checks = 0;
  let body = '';
  for (const [, skipped, code = ''] of markdown.matchAll(BLOCK)) {
    if (skipped !== undefined) continue;
    if (code.includes("from 'openai'")) continue;
    for (const [, names = '', entry = ''] of code.matchAll(IMPORT)) {
      for (const name of names.split(',')) imports.set(name.trim(), entry);
    }
    for (const line of code.replaceAll(IMPORT, '').split('\n')) {
      const [, expression, comment = ''] = /^([a-z][^=]*?); \/\/ (.*)$/i.exec(line) ?? [];
      const value = expression === undefined ? null : valueIn(comment);
      if (value === null) body += `${line}\n`;
      else {
        checks += 1;
        body += `seen.push([${JSON.stringify(line)}, ${String(expression)}, (${value})]);\n`;
      }
    }
  }
  const lines = [...imports].map(([name, entry]) => {
    const file = ENTRIES[entry];
    if (file === undefined) throw new Error(`an example imports ${entry}`);
    return `import { ${name} } from ${JSON.stringify(pathToFileURL(path.join(root, file)).href)};`;
  });
  return { source: `${lines.join('\n')}\nexport const seen = [];\n${body}`, checks };
}

test.each([
  ['README.md', 2],
  ['docs/tokens.md', 8],
  ['docs/router.md', 12],
  ['docs/library.md', 22],
  ['docs/rollout.md', 5],
])('%s', async (name, atLeast) => {
  const { source, checks } = programOf(readFileSync(path.join(root, name), 'utf8'));
  const folder = mkdtempSync(path.join(tmpdir(), 'fast-litellm-docs-'));
  try {
    const file = path.join(folder, 'example.ts');
    writeFileSync(file, source);
    const ran = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
      readonly seen: readonly (readonly [string, unknown, unknown])[];
    };
    const wrong = ran.seen.filter(([, got, wanted]) => !isDeepStrictEqual(got, wanted));
    expect(wrong).toEqual([]);
    expect(checks).toBeGreaterThanOrEqual(atLeast);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
