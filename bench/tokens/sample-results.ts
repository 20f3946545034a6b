/** Made-up rounds for the tests of the report. */
import type { Measured } from '../child/protocol.ts';
import type { Participant, Results } from './results.ts';
import type { EncodingName, RowFacts } from './rows.ts';

export function measured(nanoseconds: number, result = 12, allocatedBytes: number | null = null): Measured {
  return { nanoseconds, wallNanoseconds: nanoseconds, result, allocatedBytes };
}

const PYTHON = new Set(['tiktoken', 'litellm', 'fast_litellm']);

export function participantOf(
  name: string,
  outcomes: Participant['outcomes'],
  firstUse: Participant['firstUse'] = {},
): Participant {
  const language = PYTHON.has(name) ? 'python' : 'javascript';
  return { name, label: name, version: '1.0.0', language, outcomes, firstUse };
}

/** A row as `buildRows` names it, e.g. `o200k_base/english-1k`. */
export function rowNamed(name: string, bytes = 1000): RowFacts {
  const [encoding = '', text = ''] = name.split('/');
  const kind = text === '12-tokens' ? 'short' : (text.split('-')[0] as RowFacts['kind']);
  return { name, encoding: encoding as EncodingName, kind, label: text, bytes };
}

/** The rows are those that the participants have, but for the calls. */
export function resultsOf(participants: readonly Participant[]): Results {
  const names = new Set(participants.flatMap(({ outcomes }) => Object.keys(outcomes)));
  const rows = [...names].filter((name) => !name.startsWith('calls/')).map((name) => rowNamed(name));
  return { rows, participants };
}
