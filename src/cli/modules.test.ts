import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createModules } from './modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'fast-litellm-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

function check(settings: string, env: Readonly<Record<string, string>> = {}): string | null {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, `model_list: [{model_name: a, litellm_params: {model: openai/x, api_key: k}}]\n${settings}\n`);
  return createModules(new Map(Object.entries(env))).checkConfig(path).error;
}

describe('check', () => {
  it.each([
    ['router_settings: {redis_host: localhost, redis_port: abc}', /router_settings\.redis_port: is no number/],
    ['router_settings: {redis_url: "http://canary"}', /router_settings\.redis_url: is no Redis URL/],
    [
      'litellm_settings: {cache: true, cache_params: {type: redis, host: h, port: x}}',
      /cache_params\.port: is no number/,
    ],
  ])('refuses the Redis that the start refuses: %s', (settings, error) => {
    expect(check(settings)).toMatch(error);
    expect(check(settings)).not.toContain('canary');
  });

  it('reads that of the environment too', () => {
    expect(check('', { REDIS_HOST: 'localhost', REDIS_PORT: 'abc' })).toMatch(/environment REDIS_PORT: is no number/);
  });

  it.each(['', 'router_settings: {redis_host: localhost, redis_port: "6379"}', 'router_settings: {redis_port: abc}'])(
    'passes what the start takes: %s',
    (settings) => {
      expect(check(settings)).toBeNull();
    },
  );
});
