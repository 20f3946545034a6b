import { expect, it } from 'vitest';
import { redisSettings } from '../../../test/support/redis-server.ts';
import { maskSecrets } from './mask-secrets.ts';

it('takes passwords out of every text, as they are written in a URL and as they are', () => {
  const mask = maskSecrets(redisSettings({ kind: 'url', url: 'redis://u:p%40ss@127.0.0.1:1' }, { password: 'other' }));
  expect(mask('cannot reach redis://u:p%40ss@127.0.0.1:1: p@ss, other')).toBe(
    'cannot reach redis://***@127.0.0.1:1: ***, ***',
  );
  expect(mask('rediss://:x@y')).toBe('rediss://***@y');
});
