/** Checks a JSON body against the fields of a management route, with the findings that pydantic would report. */
import { isJsonObject, type JsonValue } from '../../protocol/json.ts';
import { MANAGEMENT_FIELDS } from './management-fields-table.ts';
import type { InvalidField } from './query.ts';

type Kind = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'any';

interface FieldRule {
  readonly name: string;
  readonly kind: Kind;
  readonly required: boolean;
  readonly nullable: boolean;
}

export type FieldRules = readonly FieldRule[];

/** By `METHOD:path`. */
export function managementFields(): ReadonlyMap<string, FieldRules> {
  const rules = new Map<string, FieldRules>();
  for (const line of MANAGEMENT_FIELDS.trim().split(/\n(?! )/)) {
    const [routes = '', fields = ''] = line.split(' = ');
    const parsed = parseFieldRules(fields);
    for (const route of routes.split(/\s+/)) rules.set(route, parsed);
  }
  return rules;
}

/** `name!:kind?`, separated by white space: `!` required, `?` may be null. */
export function parseFieldRules(text: string): FieldRules {
  return text.split(/\s+/).map(fieldRule);
}

function fieldRule(text: string): FieldRule {
  const [name = '', kind = 'any'] = text.split(':');
  return {
    name: name.replace('!', ''),
    kind: kind.replace('?', '') as Kind,
    required: name.endsWith('!'),
    nullable: kind.endsWith('?'),
  };
}

/** @returns what does not fit; empty when all does */
export function findInvalidFields(body: JsonValue | undefined, rules: FieldRules): readonly InvalidField[] {
  if (body === undefined) return [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }];
  if (!isJsonObject(body)) {
    const msg = 'Input should be a valid dictionary or object to extract fields from';
    return [{ type: 'model_attributes_type', loc: ['body'], msg, input: body }];
  }
  const found: InvalidField[] = [];
  for (const rule of rules) {
    const value = Object.hasOwn(body, rule.name) ? body[rule.name] : undefined;
    const loc = ['body', rule.name];
    if (value === undefined) {
      if (rule.required) found.push({ type: 'missing', loc, msg: 'Field required', input: body });
    } else if (value !== null || !rule.nullable) {
      const fault = FAULTS[rule.kind](value);
      if (fault !== null)
        found.push({ type: fault[0], loc, msg: `Input should be a ${fault[1]}`, input: shownInput(value) });
    }
  }
  return found;
}

/** JSON has no word for what `1e400` reads as. */
function shownInput(value: JsonValue): JsonValue {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** Type and end of the message of the finding; null when the value fits. */
type Fault = readonly [type: string, text: string] | null;

const FAULTS: Readonly<Record<Kind, (value: JsonValue) => Fault>> = {
  any: () => null,
  string: (value) => (typeof value === 'string' ? null : ['string_type', 'valid string']),
  number: (value) => {
    if (typeof value === 'number' || typeof value === 'boolean') return null;
    if (typeof value !== 'string') return ['float_type', 'valid number'];
    return reads(value) ? null : ['float_parsing', 'valid number, unable to parse string as a number'];
  },
  integer: (value) => {
    if (typeof value === 'boolean') return null;
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) return ['finite_number', 'finite number'];
      return Number.isInteger(value) ? null : ['int_from_float', 'valid integer, got a number with a fractional part'];
    }
    if (typeof value !== 'string') return ['int_type', 'valid integer'];
    const fits = reads(value) && Number.isInteger(Number(value));
    return fits ? null : ['int_parsing', 'valid integer, unable to parse string as an integer'];
  },
  boolean: (value) => {
    if (typeof value === 'boolean' || value === 0 || value === 1) return null;
    if (typeof value !== 'string') return ['bool_type', 'valid boolean'];
    const word = /^(?:true|false|t|f|yes|no|y|n|on|off|1|0)$/i.test(value);
    return word ? null : ['bool_parsing', 'valid boolean, unable to interpret input'];
  },
  array: (value) => (Array.isArray(value) ? null : ['list_type', 'valid list']),
  object: (value) => (isJsonObject(value) ? null : ['dict_type', 'valid dictionary']),
};

function reads(text: string): boolean {
  return text.trim() !== '' && !Number.isNaN(Number(text));
}
