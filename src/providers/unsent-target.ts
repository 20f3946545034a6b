import type { UpstreamTarget } from './contract.ts';

/** What stands for a provider that is not asked, because a mock answers: no address, no key, nothing to convert. */
export function unsentTarget(provider: string, model: string): UpstreamTarget {
  return {
    provider,
    model,
    origin: '',
    path: '',
    headers: [],
    apiBase: '',
    sendsModel: true,
    sendsStreamFalse: false,
    asksForStreamUsage: false,
    params: { alwaysSlow: true, verdict: () => 'slow', rewrite: (body) => body },
    errorHeaders: 'none',
  };
}
