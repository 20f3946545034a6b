/**
 * Checks what a caller of the library asks, so that a slip is named instead of priced or thrown as a `TypeError`.
 * LiteLLM's names in snake case are the same members; null counts as absent.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { kindOfValue } from '../errors/kind-of-value.ts';
import { countFault, usageFault } from '../pricing/usage-fault.ts';
import { isJsonObject, type JsonObject } from '../protocol/json.ts';
import { camelCase, unknownName } from './router/names.ts';

/** What a member of a question has to be; `any` is checked by who reads it. */
export type MemberKind =
  'any' | 'text' | 'count' | 'flag' | 'object' | 'objects' | 'list' | 'date' | 'usage' | 'answer' | 'compat';
export type Members = ReadonlyMap<string, MemberKind>;
/** LiteLLM's names that are not the members' own in snake case. */
export type OtherNames = ReadonlyMap<string, string>;

const NO_OTHER_NAMES: OtherNames = new Map();

/**
 * @returns the question under the members' own names; itself where it has no other
 * @throws GatewayError `bad_request`: no object, an unknown member, one that is said twice, or one of another kind
 */
export function checkQuestion<Question extends object>(
  asked: string,
  question: Question,
  members: Members,
  otherNames = NO_OTHER_NAMES,
): Question {
  if (!isObject(question)) {
    const got = kindOfValue(question);
    throw new GatewayError('bad_request', `${asked} takes one object, e.g. {model: 'gpt-4o'}; got ${got}.`);
  }
  let respelled: Record<string, unknown> | null = null;
  for (const given in question) {
    const value: unknown = question[given];
    const name = members.has(given) ? given : (otherNames.get(given) ?? camelCase(given));
    const kind = members.get(name);
    if (value === undefined) continue;
    if (kind === undefined) throw unknownName(`member of ${asked}`, given, members.keys());
    const fault = value === null ? null : FAULTS[kind](value, given);
    if (fault !== null) throw new GatewayError('bad_request', `${asked}: ${fault}`, { param: given });
    if (name === given) continue;
    respelled ??= { ...(question as Readonly<Record<string, unknown>>) };
    if (respelled[name] !== undefined) throw saidTwice(asked, name, given);
    respelled[name] = value;
    delete respelled[given];
  }
  return (respelled ?? question) as Question;
}

function saidTwice(asked: string, name: string, given: string): GatewayError {
  return new GatewayError('bad_request', `${asked}: \`${given}\` and \`${name}\` are one; give one of them.`, {
    param: given,
  });
}

/** @throws GatewayError `bad_request`: the model's name is no text */
export function checkModel(asked: string, model: unknown): void {
  if (typeof model === 'string') return;
  const text = `${asked}: \`model\` has to be the name of a model, e.g. 'openai/gpt-4o'; got ${kindOfValue(model)}.`;
  throw new GatewayError('bad_request', text, { param: 'model' });
}

type FindFault = (value: unknown, name: string) => string | null;

const FAULTS: Readonly<Record<MemberKind, FindFault>> = {
  any: () => null,
  text: (value, name) => (typeof value === 'string' ? null : unfit(value, name, 'text')),
  count: (value, name) => countFault(value, name),
  flag: (value, name) => (typeof value === 'boolean' ? null : unfit(value, name, 'true or false')),
  object: (value, name) => (isObject(value) ? null : unfit(value, name, 'an object')),
  list: (value, name) => (Array.isArray(value) ? null : unfit(value, name, 'an array')),
  objects: (value, name) => {
    if (!Array.isArray(value)) return unfit(value, name, 'an array of objects');
    const wrong = (value as readonly unknown[]).findIndex((each) => !isObject(each));
    return wrong === -1 ? null : unfit(value[wrong], `${name}[${wrong}]`, 'an object');
  },
  date: (value, name) =>
    value instanceof Date && !Number.isNaN(value.getTime()) ? null : unfit(value, name, 'a valid Date'),
  usage: usageFault,
  compat: (value, name) => (value === 'litellm' ? null : `\`${name}\` has to be 'litellm', or left out.`),
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
