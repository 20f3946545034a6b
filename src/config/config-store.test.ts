import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { ConfigStore } from './config-store.ts';

const config = (name: string, more = ''): string => {
  return `${more}model_list: [{model_name: ${name}, litellm_params: {model: openai/x, api_key: k}}]\n`;
};

let folder: string;
let path: string;
let stop: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fast-litellm-config-'));
  path = join(folder, 'config.yaml');
  stop = () => undefined;
});

afterEach(() => {
  stop();
  rmSync(folder, { recursive: true, force: true });
});

function open(): ConfigStore {
  return ConfigStore.open({ path, env: new Map() });
}

const served = (store: ConfigStore): string | undefined => store.current().deployments[0]?.modelName;

/** Resolves once the store serves this name. */
function serves(store: ConfigStore, name: string): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = store.subscribe((snapshot) => {
      if (snapshot.deployments[0]?.modelName !== name) return;
      unsubscribe();
      resolve();
    });
  });
}

describe('reload', () => {
  it('swaps the snapshot, counts versions and tells listeners; the old snapshot stays as it was', async () => {
    writeFileSync(path, config('one'));
    const store = open();
    const before = store.current();
    const seen: number[] = [];
    const unsubscribe = store.subscribe((snapshot) => seen.push(snapshot.version));
    writeFileSync(path, config('two'));
    expect(await store.reload()).toBe(store.current());
    expect([before.version, served(store), store.current().version]).toEqual([1, 'two', 2]);
    expect(before.deployments[0]?.modelName).toBe('one');
    unsubscribe();
    await store.reload();
    expect(seen).toEqual([2]);
  });

  it('keeps the old snapshot when the file is broken, and says why', async () => {
    writeFileSync(path, config('one'));
    const store = open();
    const before = store.current();
    writeFileSync(path, 'model_list: [\n');
    await expect(store.reload()).rejects.toMatchObject({ code: 'yaml_syntax', file: path });
    expect(store.current()).toBe(before);
    writeFileSync(path, config('two'));
    expect((await store.reload()).version).toBe(2);
  });

  it('keeps the old snapshot when a setting of the router is wrong, and names it', async () => {
    writeFileSync(path, config('one'));
    const store = open();
    const before = store.current();
    writeFileSync(path, config('two', 'router_settings:\n  affinity: wat\n'));
    await expect(store.reload()).rejects.toMatchObject({
      code: 'invalid_value',
      key: 'router_settings.affinity',
      line: 2,
    });
    expect(store.current()).toBe(before);
  });

  it('asks the guards before it swaps', async () => {
    writeFileSync(path, config('one'));
    const store = open();
    const before = store.current();
    const seen: string[] = [];
    store.subscribe(() => seen.push('swapped'));
    store.guard((snapshot) => {
      if (snapshot.deployments[0]?.modelName === 'two') throw new Error('not two');
    });
    writeFileSync(path, config('two'));
    await expect(store.reload()).rejects.toThrow('not two');
    expect([store.current(), seen]).toEqual([before, []]);
    writeFileSync(path, config('three'));
    await store.reload();
    expect([served(store), seen]).toEqual(['three', ['swapped']]);
  });

  it('does not open on a broken file', () => {
    writeFileSync(path, 'model_list: 5\n');
    expect(() => open()).toThrow(ConfigError);
  });
});

describe('watch', () => {
  function watched(): ConfigStore {
    const store = open();
    stop = store.watch({ onRefused: () => undefined, debounceMs: 10 });
    return store;
  }

  it('sees a change in place', async () => {
    writeFileSync(path, config('one'));
    const store = watched();
    const changed = serves(store, 'two');
    writeFileSync(path, config('two'));
    await changed;
    expect(served(store)).toBe('two');
  });

  it('sees a file that an editor renames over the old one, twice', async () => {
    writeFileSync(path, config('one'));
    const store = watched();
    for (const name of ['two', 'three']) {
      const changed = serves(store, name);
      writeFileSync(`${path}.tmp`, config(name));
      renameSync(`${path}.tmp`, path);
      await changed;
    }
    expect(served(store)).toBe('three');
  });

  it('sees an editor that deletes and writes anew', async () => {
    writeFileSync(path, config('one'));
    const store = watched();
    const changed = serves(store, 'two');
    unlinkSync(path);
    writeFileSync(path, config('two'));
    await changed;
    expect(served(store)).toBe('two');
  });

  it("sees Kubernetes' swap of the ..data link", async () => {
    const version = (name: string): string => {
      mkdirSync(join(folder, `..${name}`));
      writeFileSync(join(folder, `..${name}`, 'config.yaml'), config(name));
      return `..${name}`;
    };
    symlinkSync(version('one'), join(folder, '..data'));
    symlinkSync(join('..data', 'config.yaml'), path);
    const store = watched();
    const changed = serves(store, 'two');
    symlinkSync(version('two'), join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    await changed;
    expect(readFileSync(path, 'utf8')).toContain('two');
    expect(served(store)).toBe('two');
  });

  it('sees included files, also those that a change brings in', async () => {
    mkdirSync(join(folder, 'sub'));
    const included = join(folder, 'sub', 'models.yaml');
    writeFileSync(included, config('one'));
    writeFileSync(path, 'model_list: []\n');
    const store = watched();
    for (const [file, text, name] of [
      [path, 'include: [sub/models.yaml]\n', 'one'],
      [included, config('two'), 'two'],
    ] as const) {
      const changed = serves(store, name);
      writeFileSync(file, text);
      await changed;
    }
    expect(store.files()).toEqual([path, included]);
  });

  it('ends up with the last of ten quick changes', async () => {
    writeFileSync(path, config('m0'));
    const store = watched();
    const changed = serves(store, 'm10');
    for (let count = 1; count <= 10; count++) writeFileSync(path, config(`m${count}`));
    await changed;
    expect(served(store)).toBe('m10');
  });

  it('reports a refused change once and recovers with the next good one', async () => {
    writeFileSync(path, config('one'));
    const store = open();
    const refused = new Promise<unknown>((resolve) => {
      stop = store.watch({ onRefused: resolve, debounceMs: 10 });
    });
    writeFileSync(path, 'model_list: [\n');
    expect(await refused).toBeInstanceOf(ConfigError);
    expect(served(store)).toBe('one');
    const changed = serves(store, 'two');
    writeFileSync(path, config('two'));
    await changed;
    expect(store.current().version).toBe(2);
  });

  it('does nothing for a neighbour file or an unchanged content', async () => {
    writeFileSync(path, config('one'));
    const store = watched();
    writeFileSync(join(folder, 'other.txt'), 'x');
    writeFileSync(path, config('one'));
    const changed = serves(store, 'two');
    writeFileSync(path, config('two'));
    await changed;
    expect(store.current().version).toBe(2);
  });
});
