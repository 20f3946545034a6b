/** Puts the real process under the commands. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { readEnvironment } from '../config/environment.ts';
import type { ProcessPort } from './ports.ts';
import { runCommand } from './run-command.ts';

export async function runProcess(): Promise<void> {
  // A reader that has gone, as in `fast-litellm --help | head -1`, is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const code = await runCommand(process.argv.slice(2), processPort());
  if (code !== null) process.exitCode = code;
}

function processPort(): ProcessPort {
  const environment = readEnvironment();
  return {
    environment,
    version: packageVersion(),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    signals: process,
    exit: (code) => process.exit(code),
    uptimeMs: () => performance.now(),
    async loadModules() {
      const { createModules } = await import('./modules.ts');
      return createModules(environment);
    },
  };
}

/** The manifest lies two folders up, in the checkout as in the package. */
function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
  return 'unknown';
}
