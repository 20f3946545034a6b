import type { RedisSettings } from './redis-settings.ts';

/** Takes the passwords of these settings out of a text, and whatever looks like the login of a URL. */
export function maskSecrets({ place, password }: RedisSettings): (text: string) => string {
  const secrets = new Set<string>();
  const add = (secret: string | null): void => {
    if (secret !== null && secret !== '') secrets.add(secret);
  };
  add(password);
  if (place.kind === 'sentinel') add(place.sentinelPassword);
  if (place.kind === 'url') {
    const { password: encoded } = new URL(place.url);
    add(encoded);
    add(decodeURIComponent(encoded));
  }
  return (text) => {
    let masked = text.replaceAll(/(rediss?:\/\/)[^@\s/]*@/g, '$1***@');
    for (const secret of secrets) masked = masked.replaceAll(secret, '***');
    return masked;
  };
}
