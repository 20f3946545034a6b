/** Roles that not every provider knows. */
import { wordMarker } from './byte-markers.ts';
import { mapMessages } from './message-list.ts';
import type { MessageRule } from './message-rules.ts';

/** `developer` is OpenAI's newer word for `system`. */
export const DEVELOPER_TO_SYSTEM: MessageRule = {
  markers: [wordMarker('developer')],
  apply: (body) =>
    mapMessages(body, (message) => (message['role'] === 'developer' ? { ...message, role: 'system' } : message)),
};

/** Models without system messages get them as a user's. */
export const SYSTEM_TO_USER: MessageRule = {
  markers: [wordMarker('system')],
  apply: (body) =>
    mapMessages(body, (message) =>
      message['role'] === 'system' ? { role: 'user', content: message['content'] ?? null } : message,
    ),
};
