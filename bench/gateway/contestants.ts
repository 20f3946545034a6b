/** Who takes part: how each is started, asked and recognised as ready. A thin wrapper each, with its own defaults. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {
  BENCH,
  builtPackage,
  installedFastLitellm,
  installedLitellm,
  installedPackage,
  ROOT,
  type Installed,
  type Pythons,
} from '../installed.ts';

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Contestant extends Installed {
  readonly name: string;
  readonly label: string;
  readonly readyPath: string;
  readonly headers: Readonly<Record<string, string>>;
  launch(port: number, upstreamPort: number, folder: string): Launch;
}

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

/** LiteLLM as its own command starts it, with one worker. */
const LITELLM_START = 'from litellm.proxy.proxy_cli import run_server; run_server()';
/**
 * The same with fast_litellm imported first. It replaces `litellm.router.Router` by a class that lacks what LiteLLM 1.102.4
 * calls, so that every chat is a 400; that one class is put back here, so that there is something to measure.
 */
const FAST_LITELLM_START = [
  'import fast_litellm',
  'from fast_litellm import enhanced_monkeypatch',
  'import litellm.router',
  'litellm.router.Router = enhanced_monkeypatch._original_implementations["litellm.router.Router"]',
  LITELLM_START,
].join('\n');
const LITELLM_ENVIRONMENT = {
  LITELLM_LOCAL_MODEL_COST_MAP: 'True',
  LITELLM_MODE: 'PRODUCTION',
  LITELLM_LOG: 'ERROR',
};
const PORTKEY_ENTRY = path.join(BENCH, 'node_modules/@portkey-ai/gateway/build/start-server.js');

export function gatewayContestants(pythons: Pythons): readonly Contestant[] {
  return [
    {
      name: 'floor',
      label: 'bare node:http + undici (no parsing, no key)',
      readyPath: '/',
      headers: bearer,
      ...installedPackage('undici'),
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
      ...installedLitellm(pythons),
      ...litellm(pythons.litellm, LITELLM_START),
    },
    {
      name: 'fast_litellm',
      label: 'LiteLLM + fast_litellm (one worker)',
      ...installedFastLitellm(pythons),
      ...litellm(pythons.fastLitellm, FAST_LITELLM_START),
    },
    {
      name: 'portkey',
      label: 'Portkey gateway',
      readyPath: '/',
      headers: bearer,
      ...installedPackage('@portkey-ai/gateway'),
      launch: (port) => ({
        command: process.execPath,
        args: [PORTKEY_ENTRY, `--port=${port}`, '--headless'],
        env: { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost' },
      }),
    },
  ];
}

function litellm(command: string, program: string): Pick<Contestant, 'readyPath' | 'headers' | 'launch'> {
  return {
    readyPath: '/health/liveliness',
    headers: bearer,
    launch: (port, upstreamPort, folder) => {
      const config = writeConfig(folder, upstreamPort);
      const address = ['--config', config, '--port', String(port), '--host', '127.0.0.1'];
      return { command, args: ['-c', program, ...address], env: LITELLM_ENVIRONMENT };
    },
  };
}

/** This gateway, with what is beside the plain configuration. */
function ours(name: string, label: string, parts = NO_LIMITS, flags: readonly string[] = []): Contestant {
  return {
    name,
    label,
    readyPath: '/health/liveliness',
    headers: bearer,
    ...builtPackage(),
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
