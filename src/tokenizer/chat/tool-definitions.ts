/**
 * Tool definitions as the TypeScript-like text that OpenAI's models seem to be shown, to be counted: LiteLLM's form,
 * character for character.
 *
 * Promises: linear in the text; definitions that nest without end or become too long are refused. What LiteLLM fails on
 * (an array without `items`, a schema that is `true`) is written `any`. OpenAI has not published its form, so the count
 * of tools is an estimate.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { pythonStr, TextBudget } from '../../protocol/python-text.ts';
import { isFalsy } from './content-parts.ts';

const NO_SCHEMA: JsonObject = {};
/** Longer lists are searched by a set. */
const SHORT_LIST = 8;

/** @throws GatewayError `bad_request` for definitions without end */
export function formatToolDefinitions(tools: readonly JsonValue[]): string {
  const budget = new TextBudget();
  let text = 'namespace functions {\n';
  for (const tool of tools) if (isJsonObject(tool)) text += formatTool(tool, budget);
  return `${text}\n} // namespace functions`;
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
  const body = isFalsy(schema['properties'])
    ? `type ${shown} = () => any;`
    : `type ${shown} = (_: {\n${formatProperties(schema, 0, budget, 0)}\n}) => any;`;
  return `\n${commentOf(definition, budget)}${body}\n`;
}

const firstTruthy = (first: JsonValue | undefined, second: JsonValue | undefined): JsonValue | undefined =>
  isFalsy(first) ? second : first;

/** `// …` with the line end behind it; empty without a description. */
function commentOf(holder: JsonObject, budget: TextBudget): string {
  const description = holder['description'];
  return isFalsy(description) ? '' : `// ${pythonStr(description, budget)}\n`;
}

function formatProperties(schema: JsonObject, indent: number, budget: TextBudget, depth: number): string {
  const properties = schema['properties'];
  if (!isJsonObject(properties)) return '';
  const isRequired = requirement(schema['required']);
  const blanks = ' '.repeat(indent);
  let text = '';
  for (const name of Object.keys(properties)) {
    budget.spend(name.length + 2 * indent, depth);
    const declared = properties[name];
    const property = isJsonObject(declared) ? declared : NO_SCHEMA;
    const comment = commentOf(property, budget);
    if (text !== '') text += '\n';
    if (comment !== '') text += blanks + comment;
    text += `${blanks}${name}${isRequired(name) ? '' : '?'}: ${formatType(property, indent, budget, depth + 1)},`;
  }
  return text;
}

function requirement(required: JsonValue | undefined): (name: string) => boolean {
  if (!isJsonArray(required)) return () => false;
  if (required.length <= SHORT_LIST) return (name) => required.includes(name);
  const names = new Set(required);
  return (name) => names.has(name);
}

function formatType(property: JsonObject, indent: number, budget: TextBudget, depth: number): string {
  budget.spend(1, depth);
  switch (property['type']) {
    case 'string':
      return enumOf(property, budget) ?? 'string';
    case 'integer':
    case 'number':
      return enumOf(property, budget) ?? 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array': {
      const items = property['items'];
      return `${formatType(isJsonObject(items) ? items : NO_SCHEMA, indent, budget, depth + 1)}[]`;
    }
    case 'object':
      return `{\n${formatProperties(property, indent + 2, budget, depth)}\n}`;
    default:
      return 'any';
  }
}

/** `"a" | "b"`; null without a list of values. */
function enumOf(property: JsonObject, budget: TextBudget): string | null {
  const values = property['enum'];
  if (!isJsonArray(values)) return null;
  let text = '';
  for (const value of values) text += `${text === '' ? '' : ' | '}"${pythonStr(value, budget)}"`;
  return text;
}
