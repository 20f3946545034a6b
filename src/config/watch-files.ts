/**
 * Tells when the content of a set of files has changed.
 *
 * Directories are watched, not files: editors and Kubernetes replace files by renames and by swapping symbolic links,
 * which a watch on the old inode never sees. Any event in a directory leads, after a quiet time, to one comparison of
 * the files' contents, so unrelated events cost a read and nothing else, and the last of many quick changes always
 * counts. Where the system cannot watch (limits, network file systems) the files are compared every two seconds.
 */
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';

export interface WatchFilesOptions {
  /** Absolute paths; asked again before every comparison. */
  files(): readonly string[];
  /** The contents differ from those at the last call, or at the start. */
  onChange(): void;
  /** Quiet time after an event, default 100 ms; never waits longer than ten times that. */
  readonly debounceMs?: number;
}

const DEFAULT_DEBOUNCE_MS = 100;
const MAX_DEBOUNCES = 10;
const POLL_MS = 2_000;

function contentOf(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

interface Fingerprint {
  readonly digest: string;
  readonly complete: boolean;
}

function fingerprint(files: readonly string[]): Fingerprint {
  const hash = createHash('sha256');
  let complete = true;
  for (const path of files) {
    const content = contentOf(path);
    complete &&= content !== null;
    hash.update(`${path}\0${content === null ? 'absent' : content.length}\0`);
    if (content !== null) hash.update(content);
  }
  return { digest: hash.digest('hex'), complete };
}

/** Where the file is named, and where its links lead. */
function directoriesOf(files: readonly string[]): ReadonlySet<string> {
  const directories = new Set<string>();
  for (const path of files) {
    directories.add(dirname(path));
    try {
      directories.add(dirname(realpathSync(path)));
    } catch {
      // Absent at this moment: its directory is watched already.
    }
  }
  return directories;
}

class FilesWatcher {
  readonly #options: WatchFilesOptions;
  readonly #debounceMs: number;
  readonly #watchers = new Map<string, FSWatcher>();
  #digest: string;
  #timer: NodeJS.Timeout | null = null;
  #poll: NodeJS.Timeout | null = null;
  #postponed = 0;
  #absences = 0;

  constructor(options: WatchFilesOptions) {
    this.#options = options;
    this.#debounceMs = options.debounceMs ?? DEFAULT_DEBOUNCE_MS;
    this.#follow();
    this.#digest = fingerprint(options.files()).digest;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#poll !== null) clearInterval(this.#poll);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #follow(): void {
    const directories = directoriesOf(this.#options.files());
    for (const [directory, watcher] of this.#watchers) {
      if (directories.has(directory)) continue;
      watcher.close();
      this.#watchers.delete(directory);
    }
    for (const directory of directories) if (!this.#watchers.has(directory)) this.#watchDirectory(directory);
  }

  #watchDirectory(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, () => this.#touched());
      watcher.on('error', () => {
        watcher.close();
        this.#watchers.delete(directory);
        this.#startPolling();
      });
      this.#watchers.set(directory, watcher);
    } catch {
      this.#startPolling();
    }
  }

  /** slow path: the system cannot watch this directory */
  #startPolling(): void {
    this.#poll ??= setInterval(() => this.#compare(), POLL_MS).unref();
  }

  #touched(): void {
    if (this.#timer !== null) {
      if (this.#postponed >= MAX_DEBOUNCES) return;
      this.#postponed++;
      clearTimeout(this.#timer);
    }
    this.#wait(this.#debounceMs);
  }

  #wait(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#postponed = 0;
      this.#compare();
    }, milliseconds).unref();
  }

  #compare(): void {
    this.#follow();
    const { digest, complete } = fingerprint(this.#options.files());
    if (digest === this.#digest) return;
    // A file that is being replaced is absent for a moment; one that stays absent is told.
    if (!complete && this.#absences++ < MAX_DEBOUNCES) return this.#wait(this.#debounceMs);
    this.#absences = 0;
    this.#digest = digest;
    this.#options.onChange();
    this.#adopt();
  }

  /** After a reload other files may belong to the configuration; then one more comparison settles it. */
  #adopt(): void {
    this.#follow();
    if (fingerprint(this.#options.files()).digest !== this.#digest) this.#wait(this.#debounceMs);
  }
}

/** @returns stops watching */
export function watchFiles(options: WatchFilesOptions): () => void {
  const watcher = new FilesWatcher(options);
  return () => watcher.stop();
}
