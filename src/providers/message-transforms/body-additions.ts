/** Members that a provider's body always has. */
import type { MessageRule } from './message-rules.ts';

/** Brokers tell the price only when asked. */
export const BROKER_USAGE: MessageRule = {
  markers: null,
  apply: (body) =>
    body.params['usage'] === undefined ? { ...body, params: { ...body.params, usage: { include: true } } } : body,
};
