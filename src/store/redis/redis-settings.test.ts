import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../config/config-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { readClusterMode, readRedisSettings } from './redis-settings.ts';

function read(environment: Readonly<Record<string, string>>, router: JsonObject = {}, litellm: JsonObject = {}) {
  return readRedisSettings({
    environment: new Map(Object.entries(environment)),
    router: { numRetries: null, timeoutSeconds: null, streamTimeoutSeconds: null, raw: router },
    litellm: { ...LITELLM, raw: litellm },
  });
}

const LITELLM = {
  dropParams: false,
  modifyParams: false,
  requestTimeoutSeconds: 6000,
  numRetries: null,
  sslVerify: true,
};

describe('where Redis is', () => {
  it('is nowhere without a setting', () => {
    expect(read({})).toBeNull();
    expect(read({ REDIS_PORT: '6379', REDIS_PASSWORD: 'x' })).toBeNull();
    expect(read({}, {}, { cache_params: { type: 'local', host: 'x' } })).toBeNull();
  });

  it('reads host, port, login, TLS, namespace and time-out', () => {
    const environment = {
      REDIS_HOST: 'r.example',
      REDIS_PORT: '7000',
      REDIS_USERNAME: 'u',
      REDIS_PASSWORD: 'p',
      REDIS_SSL: 'True',
      REDIS_NAMESPACE: 'n',
      REDIS_SOCKET_TIMEOUT: '0.25',
      REDIS_DB: '3',
      REDIS_SSL_CERT_REQS: 'none',
    };
    expect(read(environment)).toEqual({
      place: { kind: 'single', node: { host: 'r.example', port: 7000 } },
      username: 'u',
      password: 'p',
      database: 3,
      tls: true,
      verifiesCertificate: false,
      namespace: 'n',
      timeoutMs: 250,
    });
  });

  it('takes a URL before cluster nodes before sentinels before a host', () => {
    const all = {
      REDIS_URL: 'rediss://u:p@r:1/2',
      REDIS_CLUSTER_NODES: '[{"host": "a", "port": "7001"}, {"host": "b"}]',
      REDIS_SENTINEL_NODES: '[["s", 26380], ["t"]]',
      REDIS_SERVICE_NAME: 'mymaster',
      REDIS_SENTINEL_PASSWORD: 'q',
      REDIS_HOST: 'h',
    };
    const { REDIS_URL, ...noUrl } = all;
    const { REDIS_CLUSTER_NODES, ...noCluster } = noUrl;
    const { REDIS_SENTINEL_NODES, ...onlyHost } = noCluster;
    expect(read(all)?.place).toEqual({ kind: 'url', url: REDIS_URL });
    expect(read(noUrl)?.place).toEqual({
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 7001 },
        { host: 'b', port: 6379 },
      ],
    });
    expect(read(noCluster)?.place).toEqual({
      kind: 'sentinel',
      serviceName: 'mymaster',
      sentinelPassword: 'q',
      nodes: [
        { host: 's', port: 26_380 },
        { host: 't', port: 26_379 },
      ],
    });
    expect(read(onlyHost)?.place).toEqual({ kind: 'single', node: { host: 'h', port: 6379 } });
    expect([REDIS_CLUSTER_NODES, REDIS_SENTINEL_NODES]).not.toContain(undefined);
  });

  it('takes router_settings before cache_params before the environment', () => {
    const cache = { cache_params: { type: 'redis', host: 'c', password: 'of-cache' } };
    const environment = { REDIS_HOST: 'e', REDIS_PASSWORD: 'of-environment' };
    expect(read(environment, { redis_host: 'r', redis_port: '1', redis_password: 'x' }, cache)).toMatchObject({
      place: { node: { host: 'r', port: 1 } },
      password: 'x',
    });
    expect(read(environment, {}, cache)).toMatchObject({ place: { node: { host: 'c' } }, password: 'of-cache' });
    expect(read(environment, { redis_host: 'r' })).toMatchObject({
      place: { node: { host: 'r' } },
      password: 'of-environment',
    });
  });

  it('takes TLS from the scheme of a URL', () => {
    expect(read({ REDIS_URL: 'redis://r', REDIS_SSL: 'true' })).toMatchObject({ tls: false });
    expect(read({ REDIS_URL: 'rediss://r/1', REDIS_SSL_CERT_REQS: 'none' })).toMatchObject({
      tls: true,
      verifiesCertificate: false,
    });
  });

  it.each([
    [{ REDIS_URL: 'http://secret@r' }, 'REDIS_URL'],
    [{ REDIS_URL: 'redis://:secret%zz@r' }, 'REDIS_URL'],
    [{ REDIS_URL: 'redis://r/secret' }, 'REDIS_URL'],
    [{ REDIS_URL: 'redis:///1' }, 'REDIS_URL'],
    [{ REDIS_CLUSTER_NODES: 'secret' }, 'REDIS_CLUSTER_NODES'],
    [{ REDIS_CLUSTER_NODES: '[{"port": 1}]' }, 'REDIS_CLUSTER_NODES'],
    [{ REDIS_SENTINEL_NODES: '[["s", 1]]' }, 'REDIS_SERVICE_NAME'],
    [{ REDIS_HOST: 'h', REDIS_PORT: 'secret' }, 'REDIS_PORT'],
    [{ REDIS_HOST: 'h', REDIS_DB: '-1' }, 'REDIS_DB'],
    [{ REDIS_HOST: 'h', REDIS_SOCKET_TIMEOUT: 'secret' }, 'REDIS_SOCKET_TIMEOUT'],
    [{ REDIS_HOST: 'h', REDIS_SOCKET_TIMEOUT: '0' }, 'REDIS_SOCKET_TIMEOUT'],
  ])('refuses %j and names the setting, not its value', (environment, name) => {
    expect(() => read(environment as unknown as Record<string, string>)).toThrow(ConfigError);
    expect(() => read(environment as unknown as Record<string, string>)).toThrow(name);
    expect(() => read(environment as unknown as Record<string, string>)).not.toThrow('secret');
  });

  it('reads the mode', () => {
    const mode = (value?: string) =>
      readClusterMode({
        router: {
          numRetries: null,
          timeoutSeconds: null,
          streamTimeoutSeconds: null,
          raw: value === undefined ? {} : { cluster_limits: value },
        },
      });
    expect([mode(), mode('slices'), mode('strict')]).toEqual(['slices', 'slices', 'strict']);
    expect(() => mode('exact')).toThrow('router_settings.cluster_limits');
  });
});
