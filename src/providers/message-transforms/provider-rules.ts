/** Which message rules a deployment needs. */
import type { DialectModel } from '../dialects/param-dialect.ts';
import type { MessageRule } from './message-rules.ts';
import { DEVELOPER_TO_SYSTEM } from './roles.ts';

export function rulesFor(at: DialectModel, apiBase: string): readonly MessageRule[] {
  void at;
  void apiBase;
  return [DEVELOPER_TO_SYSTEM];
}
