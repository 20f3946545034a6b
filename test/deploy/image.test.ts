/**
 * The image without a container engine: the same steps in a folder. What the build stage copies and runs is copied and
 * run, what the last stage takes from it is taken, and the entry point is started.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stagesOf, textsOf } from './dockerfile.ts';
import { ROOT, run, runNamed } from './programs.ts';

const [build = [], last = []] = stagesOf(readFileSync(path.join(ROOT, 'deploy/Dockerfile'), 'utf8'));
const IGNORED = readFileSync(path.join(ROOT, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
const folder = mkdtempSync(path.join(tmpdir(), 'fast-litellm-image-'));
const [context, work, image] = ['context', 'build', 'image'].map((name) => path.join(folder, name)) as [
  string,
  string,
  string,
];

function copyContext(): void {
  for (const file of run('git', ['ls-files']).output.trim().split('\n')) {
    const [top = ''] = file.split('/');
    if (!IGNORED.includes(top) && existsSync(path.join(ROOT, file))) {
      cpSync(path.join(ROOT, file), path.join(context, file));
    }
  }
}

function buildStage(): void {
  for (const { name, text } of build) {
    if (name === 'COPY') {
      const words = text.split(' ');
      for (const source of words.slice(0, -1)) {
        cpSync(path.join(context, source), path.join(work, source), { recursive: true });
      }
    } else if (name === 'RUN') {
      // In the image `node` is the one that the project is pinned to, and so is the one that runs this.
      const env = { PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}` };
      const { status, errors, output } = run('sh', ['-c', text], { cwd: work, env });
      if (status !== 0)
        throw new Error(`${text}
${output}${errors}`);
    }
  }
}

function lastStage(): void {
  for (const text of textsOf(last, 'COPY')) {
    const [from, source = '', target = ''] = text.split(' ');
    expect(from).toBe('--from=build');
    cpSync(source.replace('/build', work), path.join(image, target), { recursive: true, verbatimSymlinks: true });
  }
}

beforeAll(() => {
  copyContext();
  buildStage();
  lastStage();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function untilListening(gateway: ReturnType<typeof startEntryPoint>): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    gateway.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const url = /listens on (http:\/\/\S+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
    gateway.on('close', () => reject(new Error(`the entry point ended: ${said}`)));
  });
}

function startEntryPoint(args: readonly string[]) {
  const [, ...entry] = JSON.parse(textsOf(last, 'ENTRYPOINT')[0] ?? '[]') as string[];
  const main = entry.map((word) => (word.startsWith('/') ? path.join(image, word) : word));
  return spawn(process.execPath, [...main, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { HOST: '127.0.0.1', NODE_ENV: 'production' },
  });
}

describe('the image', () => {
  it('has no finding', () => {
    expect(runNamed('HADOLINT', ['deploy/Dockerfile'])).toMatchObject({ status: 0, output: '' });
  });

  it('holds no development dependency, source or test', () => {
    const root = path.join(image, 'opt/fast-litellm');
    const unwanted = ['node_modules/typescript', 'node_modules/vitest', 'src', 'test'];
    expect(unwanted.filter((name) => existsSync(path.join(root, name)))).toEqual([]);
    expect(existsSync(path.join(root, 'node_modules/undici'))).toBe(true);
  });

  it('serves, and its health check sees whether it does', async () => {
    const serving = startEntryPoint(['--port', '0']);
    const url = new URL(await untilListening(serving));
    const [check = '[]'] = textsOf(last, 'HEALTHCHECK').map((text) => text.slice(text.indexOf('[')));
    const [, ...script] = JSON.parse(check) as string[];
    const health = (): number | null => run(process.execPath, script, { env: { PORT: url.port } }).status;
    expect(health()).toBe(0);
    serving.kill();
    await new Promise((resolve) => serving.on('close', resolve));
    expect(health()).toBe(1);
  });
});
