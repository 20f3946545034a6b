/** The compose file: its parts fit together, and the configuration that it mounts is one that the gateway reads. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT, run } from './programs.ts';

interface Service {
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: unknown;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const FOLDER = path.join(ROOT, 'deploy');
const text = readFileSync(path.join(FOLDER, 'compose.yaml'), 'utf8');
const { services, volumes } = parse(text, { merge: true }) as Compose;

describe('the compose file', () => {
  it('mounts what is there, and waits only for what has a health check', () => {
    const { context = '', dockerfile = '' } = services['gateway']?.build ?? {};
    expect(existsSync(path.join(FOLDER, context, dockerfile))).toBe(true);
    for (const { volumes: mounts = [], depends_on: needs = {} } of Object.values(services)) {
      for (const [source = ''] of mounts.map((mount) => mount.split(':'))) {
        expect(source.startsWith('.') ? existsSync(path.join(FOLDER, source)) : Object.hasOwn(volumes, source)).toBe(
          true,
        );
      }
      for (const [name, { condition }] of Object.entries(needs)) {
        expect(condition).toBe('service_healthy');
        // The gateway's is in its image.
        expect(services[name]?.healthcheck).toBeDefined();
      }
    }
  });

  it('has no secret in it', () => {
    const secrets = Object.values(services)
      .flatMap(({ environment = {} }) => Object.entries(environment))
      .filter(([name]) => /KEY|PASSWORD|URL/.test(name));
    expect(secrets.length).toBeGreaterThan(4);
    expect(secrets.filter(([, value]) => !/\$\{[A-Z_]+:[?-]/.test(value))).toEqual([]);
  });

  it('gives the gateway arguments and a configuration that it takes', () => {
    const { command = [] } = services['gateway'] ?? {};
    const config = path.join(FOLDER, 'config.yaml');
    const args = command.map((word) => (word === '/app/config.yaml' ? config : word));
    const fallback = args.indexOf('--fallback');
    expect(args[fallback + 1]).toBe('http://litellm:4000');
    // Without the two that need the other services.
    args.splice(fallback, 2);
    const main = path.join(ROOT, 'src/cli/main.ts');
    const env = { LITELLM_MASTER_KEY: 'sk-compose', OPENAI_API_KEY: 'none', REDIS_HOST: '127.0.0.1', REDIS_PORT: '1' };
    const answer = run(process.execPath, [main, ...args, '--skip_server_startup'], {
      env: { ...env, DATABASE_URL: 'postgresql://litellm:x@127.0.0.1:1/litellm' },
    });
    expect(answer.status === 0 ? '' : answer.errors).toBe('');
  });
});
