import type { FallbackChoice } from '../gateway/fallback/contract.ts';
import type { FlagValues } from './flag-values.ts';
import { textFlag } from './quick-start-flags.ts';
import { UsageError } from './usage-error.ts';

/** What `--fallback` asks for; null: it is not given. @throws UsageError */
export function fallbackChoice(flags: FlagValues): FallbackChoice | null {
  const value = textFlag(flags, 'fallback')?.trim();
  if (value === undefined || value === '') return null;
  if (value === 'spawn') {
    const configFile = textFlag(flags, 'config');
    if (configFile !== undefined) return { kind: 'spawn', configFile };
    throw new UsageError('--fallback spawn starts LiteLLM with the same file as the gateway; give one with --config.');
  }
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new UsageError('The option --fallback needs an address as http://127.0.0.1:4001, or the word spawn.');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.pathname !== '/')
    throw new UsageError('The option --fallback needs an address without path, query or credentials.');
  return { kind: 'url', origin: url.origin };
}
