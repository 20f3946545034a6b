/**
 * Providers whose own API is reachable under a prefix of the gateway, as data: where requests go, and how the
 * environment's key is shown there. The gateway's key never goes along.
 */
import type { HeaderList } from '../../wire/contract.ts';

export interface PassThroughTarget {
  /** First segments of the path, without slashes. */
  readonly prefixes: readonly string[];
  /** Variables that may hold the base address, the first that is set counts. */
  readonly baseVariables: readonly string[];
  /** null: the user must say. */
  readonly defaultBase: string | null;
  readonly keyVariable: string;
  readonly credential: 'bearer' | 'bearer-and-api-key' | 'x-api-key' | 'query';
  /** All headers of the client go along, save credentials and those of the connection. */
  readonly forwardsHeaders: boolean;
  /** Where callers show the gateway's key. */
  readonly keyFrom: 'any' | 'google';
  /** Put before the path where the base has no version of its own. */
  readonly versionOfDefaultBase: string | null;
}

const target = (
  prefixes: readonly string[],
  name: string,
  defaultBase: string | null,
  rest: Partial<PassThroughTarget> = {},
): PassThroughTarget => ({
  prefixes,
  baseVariables: [`${name}_API_BASE`],
  defaultBase,
  keyVariable: `${name}_API_KEY`,
  credential: 'bearer',
  forwardsHeaders: false,
  keyFrom: 'any',
  versionOfDefaultBase: null,
  ...rest,
});

export const PASS_THROUGH_TARGETS: readonly PassThroughTarget[] = [
  target(['openai', 'openai_passthrough'], 'OPENAI', 'https://api.openai.com', {
    credential: 'bearer-and-api-key',
    versionOfDefaultBase: '/v1',
  }),
  target(['azure'], 'AZURE', null, { credential: 'bearer-and-api-key' }),
  target(['anthropic'], 'ANTHROPIC', 'https://api.anthropic.com', {
    baseVariables: ['ANTHROPIC_API_BASE', 'ANTHROPIC_BASE_URL'],
    credential: 'x-api-key',
    forwardsHeaders: true,
  }),
  target(['gemini'], 'GEMINI', 'https://generativelanguage.googleapis.com', { credential: 'query', keyFrom: 'google' }),
  target(['cohere'], 'COHERE', 'https://api.cohere.com'),
  target(['mistral'], 'MISTRAL', 'https://api.mistral.ai'),
];

export function credentialHeaders(kind: PassThroughTarget['credential'], key: string): HeaderList {
  if (kind === 'query') return [];
  if (kind === 'x-api-key') return ['x-api-key', key];
  const bearer = ['authorization', `Bearer ${key}`];
  return kind === 'bearer' ? bearer : [...bearer, 'api-key', key];
}
