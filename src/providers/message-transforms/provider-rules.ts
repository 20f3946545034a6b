/** Which message rules a deployment needs: by what its row names, its model and where it is sent. */
import { findProvider } from '../catalogue/catalogue.ts';
import type { MessageRuleName } from '../catalogue/provider-row.ts';
import type { DialectModel } from '../dialects/param-dialect.ts';
import { isOSeriesModel } from '../dialects/openai-dialect.ts';
import { BROKER_USAGE } from './body-additions.ts';
import {
  NO_FILES,
  PLAIN_PARTS,
  TEXT_ONLY,
  TEXT_TOOL_RESULTS,
  TEXT_UNLESS_MEDIA,
  TEXT_UNLESS_SEEN,
} from './content-parts.ts';
import {
  CACHE_MARKS_IN_PARTS,
  NAMES_OF_USERS_ONLY,
  NO_CACHE_MARKS,
  NO_CACHE_MARKS_IN_MESSAGES,
  NO_INTERNAL_MEMBERS,
  NO_NULLS,
  NO_THINKING_MEMBERS,
} from './message-members.ts';
import type { MessageRule } from './message-rules.ts';
import { MAGISTRAL_REASONING, MISTRAL_MESSAGES } from './mistral-messages.ts';
import { DEVELOPER_TO_SYSTEM, SYSTEM_TO_USER } from './roles.ts';

const NAMED: Readonly<Record<MessageRuleName, readonly MessageRule[]>> = {
  'text-only': [TEXT_ONLY],
  'text-unless-media': [TEXT_UNLESS_MEDIA],
  'text-unless-seen': [TEXT_UNLESS_SEEN],
  'names-of-users-only': [NAMES_OF_USERS_ONLY],
  'no-thinking': [NO_THINKING_MEMBERS],
  'no-internal-members': [NO_INTERNAL_MEMBERS],
  'no-files': [NO_FILES],
  'broker-usage': [BROKER_USAGE],
  mistral: [MAGISTRAL_REASONING, MISTRAL_MESSAGES],
};

export function rulesFor(at: DialectModel, apiBase: string): readonly MessageRule[] {
  const row = findProvider(at.provider);
  return [
    NO_NULLS,
    ...roleRules(at),
    ...(row?.messageRules ?? []).flatMap((name) => NAMED[name]),
    TEXT_TOOL_RESULTS,
    PLAIN_PARTS,
    ...cacheRules(at, apiBase),
  ];
}

/** OpenAI's reasoning models know `developer`; the first ones knew no `system`. */
function roleRules(at: DialectModel): readonly MessageRule[] {
  if (findProvider(at.provider)?.ownsCatalogue !== true || !isOSeriesModel(at.model)) return [DEVELOPER_TO_SYSTEM];
  return at.facts.supports(at.model, at.provider, 'supports_system_messages') ? [] : [SYSTEM_TO_USER];
}

function cacheRules(at: DialectModel, apiBase: string): readonly MessageRule[] {
  switch (findProvider(at.provider)?.cacheMarks) {
    case 'keep':
      return [];
    case 'keep-elsewhere':
      // A compatible server behind a base of its own may understand them; OpenAI does not.
      return isOpenaiHost(apiBase) ? [NO_CACHE_MARKS] : [];
    case 'move':
      return /claude|gemini|minimax|glm|z-ai/i.test(at.model) ? [CACHE_MARKS_IN_PARTS] : [NO_CACHE_MARKS];
    case 'strip-messages':
      return [NO_CACHE_MARKS_IN_MESSAGES];
    default:
      return [NO_CACHE_MARKS];
  }
}

function isOpenaiHost(apiBase: string): boolean {
  const host = URL.parse(apiBase)?.hostname ?? '';
  return host === '' || host === 'openai.com' || host.endsWith('.openai.com');
}
