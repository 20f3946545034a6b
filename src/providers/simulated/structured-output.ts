/** Answers that must be JSON: `response_format` of the chat API, `text.format` of the responses API. */
import type { JsonObject } from '../../protocol/json.ts';
import { objectField, ownField, stringField } from './request-body.ts';
import { sampleValue } from './sample-value.ts';

/** @returns JSON text, or null when plain text is wanted */
export function structuredText(format: JsonObject | null, words: string): string | null {
  if (format === null) return null;
  switch (stringField(format, 'type')) {
    case 'json_object':
      return JSON.stringify({ answer: words === '' ? 'simulated' : words });
    case 'json_schema': {
      const schema = ownField(objectField(format, 'json_schema') ?? format, 'schema');
      return JSON.stringify(sampleValue(schema, words) ?? {});
    }
    default:
      return null;
  }
}
