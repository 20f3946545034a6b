import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../scripts/package/run.ts';
import { withLock } from './lock.ts';

describe('withLock', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'bench-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('lets one in at a time, and the next when that one has ended, however it ended', async () => {
    const file = path.join(folder, 'lock');
    await withLock(async () => {
      await expect(withLock(async () => Promise.resolve(), file)).rejects.toThrow(`process ${process.pid}`);
      expect(existsSync(file)).toBe(true);
    }, file);
    expect(existsSync(file)).toBe(false);
    await expect(withLock(async () => Promise.reject(new Error('broken')), file)).rejects.toThrow('broken');
    expect(await withLock(async () => Promise.resolve('in'), file)).toBe('in');
  });

  it('takes over what a killed benchmark left', async () => {
    const file = path.join(folder, 'lock');
    const gone = run(process.execPath, ['-e', 'console.log(process.pid)'], folder).stdout.trim();
    writeFileSync(file, gone);
    expect(await withLock(async () => Promise.resolve('in'), file)).toBe('in');
  });
});
