/** Who takes part: how each is started, asked and recognised as ready. A thin wrapper each, with its own defaults. */
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Contestant {
  readonly name: string;
  readonly label: string;
  readonly readyPath: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Why it cannot take part on this machine, or null. */
  readonly missing: () => string | null;
  launch(port: number, upstreamPort: number, folder: string): Launch;
}

const ROOT = path.resolve(import.meta.dirname, '../..');
const KEY = 'sk-bench-1234567890';

/** The configuration that LiteLLM and fast-litellm both get, with the master key checked. */
function writeConfig(folder: string, upstreamPort: number): string {
  const file = path.join(folder, 'config.yaml');
  const text = [
    'model_list:',
    '  - model_name: gpt-4o-mini',
    `    litellm_params: {model: openai/gpt-4o-mini, api_base: http://127.0.0.1:${upstreamPort}/v1, api_key: sk-up}`,
    `general_settings: {master_key: ${KEY}}`,
    '',
  ].join('\n');
  writeFileSync(file, text);
  return file;
}

const bearer = { authorization: `Bearer ${KEY}` };

export const CONTESTANTS: readonly Contestant[] = [
  {
    name: 'floor',
    label: 'bare node:http + undici (no parsing, no key)',
    readyPath: '/',
    headers: bearer,
    missing: () => null,
    launch: (port, upstreamPort) => ({
      command: process.execPath,
      args: [path.join(import.meta.dirname, 'floor.ts'), String(port), String(upstreamPort)],
    }),
  },
  {
    name: 'fast-litellm',
    label: 'fast-litellm',
    readyPath: '/health/liveliness',
    headers: bearer,
    missing: () => (existsSync(path.join(ROOT, 'dist/cli/main.js')) ? null : 'not built: run `npm run build`'),
    launch: (port, upstreamPort, folder) => ({
      command: process.execPath,
      args: [
        path.join(ROOT, 'dist/cli/main.js'),
        '--config',
        writeConfig(folder, upstreamPort),
        '--port',
        String(port),
        '--host',
        '127.0.0.1',
      ],
    }),
  },
  {
    name: 'litellm',
    label: 'LiteLLM (one worker)',
    readyPath: '/health/liveliness',
    headers: bearer,
    missing: () =>
      process.env['LITELLM_BIN'] === undefined
        ? 'set LITELLM_BIN to the `litellm` of a venv with litellm[proxy]'
        : null,
    launch: (port, upstreamPort, folder) => ({
      command: process.env['LITELLM_BIN'] ?? 'litellm',
      args: ['--config', writeConfig(folder, upstreamPort), '--port', String(port), '--host', '127.0.0.1'],
      env: { LITELLM_LOCAL_MODEL_COST_MAP: 'True' },
    }),
  },
  {
    name: 'portkey',
    label: 'Portkey gateway',
    readyPath: '/',
    headers: bearer,
    missing: () => (portkeyEntry() === null ? 'run `npm install` in bench/' : null),
    launch: (port) => ({
      command: process.execPath,
      args: [portkeyEntry() ?? '', `--port=${port}`, '--headless'],
      env: { NODE_ENV: 'production' },
    }),
  },
];

/** Portkey is told its provider in headers. */
export function requestHeaders(contestant: Contestant, upstreamPort: number): Record<string, string> {
  const json = { 'content-type': 'application/json', ...contestant.headers };
  if (contestant.name !== 'portkey') return json;
  return { ...json, 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1` };
}

function portkeyEntry(): string | null {
  try {
    return createRequire(import.meta.url).resolve('@portkey-ai/gateway/build/start-server.js');
  } catch {
    return null;
  }
}
