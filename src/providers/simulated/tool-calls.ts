/**
 * Whether a simulated model calls tools, and with what. It does when `tool_choice` forces it, or when the last message is
 * the user's and names a tool (`get_weather` or "get weather") or asks for a tool in general; after a tool's answer it
 * writes text.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { listField, objectField, ownField, stringField } from './request-body.ts';
import { sampleValue } from './sample-value.ts';

export interface SimulatedTool {
  readonly name: string;
  readonly parameters: JsonValue | undefined;
}

export interface SimulatedCall {
  readonly name: string;
  /** JSON text, as providers send it. */
  readonly arguments: string;
}

const ASKS_FOR_TOOLS = /\b(tool|tools|function|functions)\b/i;

export interface ToolQuestion {
  readonly body: JsonObject;
  readonly tools: readonly SimulatedTool[];
  /** Text of the last message when it is the user's, else null. */
  readonly lastUserText: string | null;
}

export function chooseCalls({ body, tools, lastUserText }: ToolQuestion): SimulatedCall[] {
  const first = tools[0];
  if (first === undefined) return [];
  const choice = ownField(body, 'tool_choice');
  if (choice === 'none') return [];
  const words = (lastUserText ?? '').slice(0, 60).toWellFormed();
  const forced = forcedName(choice);
  if (forced !== null) return toCalls([tools.find(({ name }) => name === forced) ?? first], words);
  if (lastUserText === null) return [];
  const named = tools.filter(({ name }) => mentions(lastUserText, name));
  const wanted = named.length > 0 ? named : choice === 'required' || ASKS_FOR_TOOLS.test(lastUserText) ? [first] : [];
  return toCalls(ownField(body, 'parallel_tool_calls') === false ? wanted.slice(0, 1) : wanted, words);
}

/** Tools of the chat API (`function` nested) and of the responses API (flat). */
export function readTools(body: JsonObject): SimulatedTool[] {
  const tools: SimulatedTool[] = [];
  for (const tool of listField(body, 'tools') ?? []) {
    if (!isJsonObject(tool) || stringField(tool, 'type') !== 'function') continue;
    const definition = objectField(tool, 'function') ?? tool;
    const name = stringField(definition, 'name');
    if (name !== null) tools.push({ name, parameters: ownField(definition, 'parameters') });
  }
  return tools;
}

function toCalls(tools: readonly SimulatedTool[], words: string): SimulatedCall[] {
  return tools.map(({ name, parameters }) => ({
    name,
    arguments: JSON.stringify(sampleValue(parameters, words) ?? {}),
  }));
}

function forcedName(choice: JsonValue | undefined): string | null {
  if (!isJsonObject(choice) || stringField(choice, 'type') !== 'function') return null;
  return stringField(objectField(choice, 'function') ?? choice, 'name');
}

function mentions(text: string, name: string): boolean {
  const plain = (value: string): string => value.toLowerCase().replaceAll(/[_-]/g, ' ');
  return name !== '' && plain(text).includes(plain(name));
}
