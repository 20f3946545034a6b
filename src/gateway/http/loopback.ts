import { isIP } from 'node:net';

/** Host of a `Host` header or URL authority without its port; IPv6 without brackets; lower case. */
export function hostName(authority: string): string {
  const text = authority.trim().toLowerCase();
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    return end === -1 ? text : text.slice(1, end);
  }
  const colon = text.lastIndexOf(':');
  const name = colon === -1 ? text : text.slice(0, colon);
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

export function isLoopbackHost(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  const family = isIP(name);
  if (family === 4) return name.startsWith('127.');
  return family === 6 && (name === '::1' || name === '0:0:0:0:0:0:0:1' || /^::ffff:127\.\d+\.\d+\.\d+$/.test(name));
}

/** Value of an `Origin` header that a page of this machine sends. */
export function isLoopbackOrigin(origin: string): boolean {
  const match = /^https?:\/\/([^/@\\?#]+)$/i.exec(origin);
  return match !== null && isLoopbackHost(hostName(match[1] ?? ''));
}
