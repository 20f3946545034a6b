/**
 * Checks what a caller of the library asks, so that a slip is named instead of priced or thrown as a `TypeError`.
 * Unknown members pass; null counts as absent.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { kindOfValue } from '../errors/kind-of-value.ts';
import { countFault, usageFault } from '../pricing/usage-fault.ts';
import { isJsonObject, type JsonObject } from '../protocol/json.ts';

/** What a member of a question has to be. */
export type MemberKind = 'text' | 'count' | 'object' | 'list' | 'date' | 'usage' | 'answer';
export type Members = ReadonlyMap<string, MemberKind>;

/** @throws GatewayError `bad_request`: no object, or a member of another kind */
export function checkQuestion(asked: string, question: unknown, members: Members): void {
  if (!isObject(question)) {
    const got = kindOfValue(question);
    throw new GatewayError('bad_request', `${asked} takes one object, e.g. {model: 'gpt-4o'}; got ${got}.`);
  }
  for (const name in question) {
    const kind = members.get(name);
    const value = question[name];
    if (kind === undefined || value === undefined || value === null) continue;
    const fault = FAULTS[kind](value, name);
    if (fault !== null) throw new GatewayError('bad_request', `${asked}: ${fault}`, { param: name });
  }
}

/** @throws GatewayError `bad_request`: the model's name is no text */
export function checkModel(asked: string, model: unknown): void {
  if (typeof model === 'string') return;
  const text = `${asked}: \`model\` has to be the name of a model, e.g. 'openai/gpt-4o'; got ${kindOfValue(model)}.`;
  throw new GatewayError('bad_request', text, { param: 'model' });
}

type FindFault = (value: unknown, name: string) => string | null;

const FAULTS: Readonly<Record<MemberKind, FindFault>> = {
  text: (value, name) => (typeof value === 'string' ? null : unfit(value, name, 'text')),
  count: (value, name) => countFault(value, name),
  object: (value, name) => (isObject(value) ? null : unfit(value, name, 'an object')),
  list: (value, name) => (Array.isArray(value) ? null : unfit(value, name, 'an array')),
  date: (value, name) =>
    value instanceof Date && !Number.isNaN(value.getTime()) ? null : unfit(value, name, 'a valid Date'),
  usage: usageFault,
  answer: (value, name) =>
    isObject(value)
      ? usageFault(value['usage'], `${name}.usage`)
      : unfit(value, name, "the provider's answer, an object"),
};

function unfit(value: unknown, name: string, wanted: string): string {
  return `\`${name}\` has to be ${wanted}; got ${kindOfValue(value)}.`;
}

function isObject(value: unknown): value is JsonObject {
  return isJsonObject(value as JsonObject);
}
