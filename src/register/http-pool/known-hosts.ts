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

  /**
   * @param more separated by commas: an origin (`http://127.0.0.1:8080`), a host with any scheme and port
   *   (`llm.internal`), or all hosts below one (`*.llm.internal`)
   */
  constructor(more: string) {
    for (const { apiBase } of allProviders()) this.#addAddress(apiBase);
    for (const { host } of ENDPOINTS) if (host !== '') this.#hosts.add(host);
    for (const entry of more.split(',')) this.#addEntry(entry.trim().toLowerCase());
  }

  has(url: URL): boolean {
    const { hostname, origin } = url;
    if (this.#hosts.has(hostname) || this.#origins.has(origin)) return true;
    return this.#domains.some((domain) => hostname.endsWith(domain)) || BEDROCK.test(hostname);
  }

  #addEntry(entry: string): void {
    if (entry === '') return;
    if (entry.startsWith('*.')) this.#domains.push(entry.slice(1));
    else if (entry.includes('://')) this.#origins.add(URL.parse(entry)?.origin ?? entry);
    else this.#hosts.add(entry);
  }

  #addAddress(address: unknown): void {
    if (typeof address !== 'string') return;
    const host = URL.parse(address)?.hostname ?? '';
    // A provider on the machine itself is whatever listens there.
    if (host !== '' && host !== 'localhost' && !/^[\d.[]/.test(host)) this.#hosts.add(host);
  }
}
