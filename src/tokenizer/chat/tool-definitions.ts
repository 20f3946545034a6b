/**
 * Tool definitions as the TypeScript-like text that OpenAI's models seem to be shown, to be counted: LiteLLM's form,
 * character for character.
 *
 * Promises: linear in the text; definitions that nest without end, are too many or become longer than a `TextBudget`
 * allows are refused, a long list of properties before any of it is written. What LiteLLM fails on
 * (an array without `items`, a schema that is `true`) is written `any`. OpenAI has not published its form, so the count
 * of tools is an estimate.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { pythonStr, TextBudget } from '../../protocol/python-text.ts';
import { isFalsy } from './content-parts.ts';

const HEAD = 'namespace functions {\n';
const TAIL = '\n} // namespace functions';
const NO_SCHEMA: JsonObject = {};
/** Longer lists are searched by a set. */
const SHORT_LIST = 8;

/** @throws GatewayError `bad_request` for definitions without end */
export function formatToolDefinitions(tools: readonly JsonValue[]): string {
  const budget = new TextBudget();
  budget.spend(HEAD.length + TAIL.length, 0, tools.length);
  let text = HEAD;
  for (const tool of tools) if (isJsonObject(tool)) text += formatTool(tool, budget);
  return text + TAIL;
}

function formatTool(tool: JsonObject, budget: TextBudget): string {
  const declared = tool['function'];
  const isOpenai = isJsonObject(declared);
  const definition = isOpenai ? declared : tool;
  const name = definition['name'];
  if (isFalsy(name)) return '';
  const shown = pythonStr(name, budget);
  const parameters = isOpenai ? definition['parameters'] : firstTruthy(tool['input_schema'], tool['parameters']);
  const schema = isJsonObject(parameters) ? parameters : NO_SCHEMA;
  const comment = commentOf(definition, budget);
  const properties = formatProperties(schema, 0, budget, 0);
  // A look whether an object is empty would take as long as its keys.
  const hasNone = properties === '' && (isJsonObject(schema['properties']) || isFalsy(schema['properties']));
  const body = hasNone ? ' = () => any;' : ` = (_: {\n${properties}\n}) => any;`;
  budget.spend('\ntype \n'.length + body.length - properties.length, 0);
  return `\n${comment}type ${shown}${body}\n`;
}

const firstTruthy = (first: JsonValue | undefined, second: JsonValue | undefined): JsonValue | undefined =>
  isFalsy(first) ? second : first;

/** `// …` with the line end behind it; empty without a description. */
function commentOf(holder: JsonObject, budget: TextBudget): string {
  const description = holder['description'];
  if (isFalsy(description)) return '';
  budget.spend('// \n'.length, 0);
  return `// ${pythonStr(description, budget)}\n`;
}

function formatProperties(schema: JsonObject, indent: number, budget: TextBudget, depth: number): string {
  const properties = schema['properties'];
  if (!isJsonObject(properties)) return '';
  const isRequired = requirement(schema['required']);
  const blanks = ' '.repeat(indent);
  const names = Object.keys(properties);
  spendNames(names, indent, budget, depth);
  let text = '';
  for (const name of names) {
    const declared = properties[name];
    const property = isJsonObject(declared) ? declared : NO_SCHEMA;
    const comment = commentOf(property, budget);
    if (text !== '') text += '\n';
    if (comment !== '') {
      budget.spend(indent, depth);
      text += blanks + comment;
    }
    const mark = isRequired(name) ? '' : '?';
    budget.spend(mark.length, depth);
    text += `${blanks}${name}${mark}: ${formatType(property, indent, budget, depth + 1)},`;
  }
  return text;
}

/** Names, what stands around them, and the line ends between them. */
function spendNames(names: readonly string[], indent: number, budget: TextBudget, depth: number): void {
  let characters = names.length * (indent + ': ,'.length) + Math.max(0, names.length - 1);
  for (const name of names) characters += name.length;
  budget.spend(characters, depth, names.length);
}

function requirement(required: JsonValue | undefined): (name: string) => boolean {
  if (isFalsy(required)) return () => false;
  // LiteLLM-compat: Python's `in` looks for a part of a text, and for a key.
  if (typeof required === 'string') return (name) => required.includes(name);
  if (isJsonObject(required)) return (name) => Object.hasOwn(required, name);
  if (!isJsonArray(required)) return () => false;
  if (required.length <= SHORT_LIST) return (name) => required.includes(name);
  const names = new Set(required);
  return (name) => names.has(name);
}

function formatType(property: JsonObject, indent: number, budget: TextBudget, depth: number): string {
  switch (property['type']) {
    case 'string':
      return enumOf(property, budget) ?? word('string', budget, depth);
    case 'integer':
    case 'number':
      return enumOf(property, budget) ?? word('number', budget, depth);
    case 'boolean':
      return word('boolean', budget, depth);
    case 'null':
      return word('null', budget, depth);
    case 'array': {
      budget.spend('[]'.length, depth);
      const items = property['items'];
      return `${formatType(isJsonObject(items) ? items : NO_SCHEMA, indent, budget, depth + 1)}[]`;
    }
    case 'object':
      budget.spend('{\n\n}'.length, depth);
      return `{\n${formatProperties(property, indent + 2, budget, depth)}\n}`;
    default:
      return word('any', budget, depth);
  }
}

function word(text: string, budget: TextBudget, depth: number): string {
  budget.spend(text.length, depth);
  return text;
}

/** `"a" | "b"`; null without values. */
function enumOf(property: JsonObject, budget: TextBudget): string | null {
  const values = enumValues(property['enum']);
  if (values === null) return null;
  budget.spend(values.length * '""'.length + Math.max(0, values.length - 1) * ' | '.length, 0, values.length);
  let text = '';
  for (const value of values) text += `${text === '' ? '' : ' | '}"${pythonStr(value, budget)}"`;
  return text;
}

/** LiteLLM-compat: Python goes through the characters of a text and the keys of an object, too. */
function enumValues(given: JsonValue | undefined): readonly JsonValue[] | null {
  if (isJsonArray(given)) return given;
  if (typeof given === 'string') return Array.from(given);
  return isJsonObject(given) ? Object.keys(given) : null;
}
