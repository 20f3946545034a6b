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

/** What a configuration has beside the plain one. */
interface ConfigParts {
  readonly params: string;
  readonly sections: readonly string[];
}

const NO_LIMITS: ConfigParts = { params: '', sections: [] };

/** Limits that no load here reaches, so that only counting costs: of the deployment, of the key, and of places. */
const LIMITS: ConfigParts = {
  params:
    ', rpm: 8000000, tpm: 1000000000, max_parallel_requests: 100000, default_api_key_rpm_limit: 8000000, ' +
    'default_api_key_tpm_limit: 1000000000',
  sections: ['router_settings: {optional_pre_call_checks: [enforce_model_rate_limits]}'],
};

/** The configuration that LiteLLM and fast-litellm both get, with the master key checked. */
function writeConfig(folder: string, upstreamPort: number, limits: ConfigParts = NO_LIMITS): string {
  const file = path.join(folder, 'config.yaml');
  const target = `model: openai/gpt-4o-mini, api_base: http://127.0.0.1:${upstreamPort}/v1, api_key: sk-up`;
  const text = [
    'model_list:',
    '  - model_name: gpt-4o-mini',
    `    litellm_params: {${target}${limits.params}}`,
    `general_settings: {master_key: ${KEY}}`,
    ...limits.sections,
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
  ours('fast-litellm', 'fast-litellm'),
  ours('fast-litellm-limits', 'fast-litellm, limits on', LIMITS),
  ours('fast-litellm-2', 'fast-litellm, 2 workers', NO_LIMITS, ['--num_workers', '2']),
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

/** This gateway, with what is beside the plain configuration. */
function ours(name: string, label: string, parts = NO_LIMITS, flags: readonly string[] = []): Contestant {
  return {
    name,
    label,
    readyPath: '/health/liveliness',
    headers: bearer,
    missing: () => (existsSync(path.join(ROOT, 'dist/cli/main.js')) ? null : 'not built: run `npm run build`'),
    launch: (port, upstreamPort, folder) => {
      const config = writeConfig(folder, upstreamPort, parts);
      const address = ['--config', config, '--port', String(port), '--host', '127.0.0.1'];
      return { command: process.execPath, args: [path.join(ROOT, 'dist/cli/main.js'), ...address, ...flags] };
    },
  };
}

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
