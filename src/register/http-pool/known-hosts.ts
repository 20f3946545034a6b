/**
 * Whose calls the pool carries: the providers that we know, and what `FAST_LITELLM_ORIGINS` adds. Everything else goes
 * the program's own way, untouched.
 */
import { allProviders } from '../../providers/catalogue/catalogue.ts';
import { ENDPOINTS } from '../../providers/catalogue/endpoints.ts';

/** Hosts of providers with a protocol of their own. */
const OTHER_HOSTS = ['api.anthropic.com', 'generativelanguage.googleapis.com', 'api.cohere.com', 'api.replicate.com'];
/** Every host below these belongs to a provider's service of models. */
const OTHER_DOMAINS = [
  '.openai.azure.com',
  '.services.ai.azure.com',
  '.cognitiveservices.azure.com',
  '-aiplatform.googleapis.com',
];
const BEDROCK = /^bedrock(?:-runtime)?\.[a-z0-9-]+\.amazonaws\.com$/;

export class KnownHosts {
  readonly #hosts = new Set(OTHER_HOSTS);
  readonly #domains = [...OTHER_DOMAINS];
  /** With scheme and port, as `URL.origin` has them. */
  readonly #origins = new Set<string>();
  /** Hosts with a port, for any scheme. */
  readonly #addresses = new Set<string>();
  /** Entries that say no origin, as they were written. */
  readonly unusable: readonly string[];

  /**
   * @param more separated by commas: an origin (`http://127.0.0.1:8080`), a host and port with any scheme
   *   (`127.0.0.1:8080`), a host with any scheme and port (`llm.internal`), or all hosts below one (`*.llm.internal`)
   */
  constructor(more: string) {
    for (const { apiBase } of allProviders()) this.#addAddress(apiBase);
    for (const { host } of ENDPOINTS) if (host !== '') this.#hosts.add(host);
    const entries = more.split(',').map((entry) => entry.trim());
    this.unusable = entries.filter((entry) => entry !== '' && !this.#addEntry(entry.toLowerCase()));
  }

  has(url: URL): boolean {
    const { hostname, origin } = url;
    if (this.#hosts.has(hostname) || this.#origins.has(origin)) return true;
    if (this.#addresses.size > 0 && this.#addresses.has(`${hostname}:${portOf(url)}`)) return true;
    return this.#domains.some((domain) => hostname.endsWith(domain)) || BEDROCK.test(hostname);
  }

  /** @returns whether the entry says an origin, a host or hosts */
  #addEntry(entry: string): boolean {
    const isBelow = entry.startsWith('*.');
    const hasScheme = entry.includes('://');
    const url = URL.parse(hasScheme ? entry : `http://${isBelow ? entry.slice(2) : entry}`);
    if (url === null || !isHost(url.hostname) || !/^https?:$/.test(url.protocol)) return false;
    const port = hasScheme ? '' : (/^[^/]*:(\d+)(?:\/|$)/.exec(entry)?.[1] ?? '');
    if (isBelow && port !== '') return false;
    if (hasScheme) this.#origins.add(url.origin);
    else if (isBelow) this.#domains.push(`.${url.hostname}`);
    else if (port === '') this.#hosts.add(url.hostname);
    else this.#addresses.add(`${url.hostname}:${Number(port)}`);
    return true;
  }

  #addAddress(address: unknown): void {
    if (typeof address !== 'string') return;
    const host = URL.parse(address)?.hostname ?? '';
    // A provider on the machine itself is whatever listens there.
    if (host !== '' && host !== 'localhost' && !/^[\d.[]/.test(host)) this.#hosts.add(host);
  }
}

/** Letters beyond ASCII are encoded by the time they are seen here. */
function isHost(hostname: string): boolean {
  return /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(hostname);
}

function portOf({ port, protocol }: URL): string {
  return port !== '' ? port : protocol === 'https:' ? '443' : '80';
}
