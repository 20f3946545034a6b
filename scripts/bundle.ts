/**
 * Joins the compiled modules into few files, since Node takes longer to find, read and link a module than to run it
 * (docs/decisions/0018). Everything that is opened by its path (package exports, the command, threads, what
 * the register hook loads beside itself) stays a file of its own at that path; modules that import lazily stay lazy.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown, type Plugin } from 'rolldown';

/** Files of threads, which are started by their path; those that start them are named alike, and may be files too. */
const THREAD = /(?:^|\/)(?:worker|[\w-]+-thread)\.js$/;
/** What the register hook loads beside itself. */
const BESIDE = /(?:loadBeside\(|\badapter: )'([\w/-]+)'/g;
const OWN_URL = /__urlOf\("([^"]+)"\)/g;

/**
 * Replaces the `.js` files in a folder by bundled ones.
 * @param folder compiled modules, as the package ships them
 * @param entries of the package, paths inside the folder
 */
export async function bundle(folder: string, entries: readonly string[]): Promise<void> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => file.endsWith('.js'));
  const opened = new Set([
    ...entries,
    ...files.filter((file) => THREAD.test(file)),
    ...files.filter((file) => file.startsWith('register/')).flatMap((file) => loadedBeside(path.join(folder, file))),
  ]);
  const build = await rolldown({
    input: Object.fromEntries([...opened].map((file) => [file.replace(/\.js$/, ''), path.join(folder, file)])),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
    treeshake: { moduleSideEffects: true },
    plugins: [ownUrls(folder)],
    onLog: (level, log) => {
      if (level === 'warn') throw new Error(log.message);
    },
  });
  const { output } = await build.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  await build.close();
  for (const file of files) rmSync(path.join(folder, file));
  for (const file of output) {
    if (file.type !== 'chunk') throw new Error(`${file.fileName} is no module`);
    const target = path.join(folder, file.fileName);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, file.code);
  }
}

function loadedBeside(file: string): readonly string[] {
  return [...readFileSync(file, 'utf8').matchAll(BESIDE)].map(([, name]) => `register/${name}.js`);
}

/** `import.meta.url` goes on telling a module's own place, whatever file it is joined into. */
function ownUrls(folder: string): Plugin {
  return {
    name: 'own-urls',
    transform: (code, id) =>
      code.includes('import.meta.url')
        ? code.replaceAll('import.meta.url', `__urlOf("${path.relative(folder, id).replaceAll(path.sep, '/')}")`)
        : null,
    renderChunk: (code, { fileName }) =>
      code.replaceAll(OWN_URL, (_call, own: string) => {
        const relative = path.posix.relative(path.posix.dirname(fileName), own);
        return `new URL(${JSON.stringify(relative)}, import.meta.url).href`;
      }),
  };
}
