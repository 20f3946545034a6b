import { GatewayError } from '../errors/gateway-error.ts';
import type { Encoding } from './contract.ts';
import { encodingNameForModel } from './encoding-names.ts';
import { getEncoding } from './get-encoding.ts';

/** tiktoken's `encoding_for_model`. @throws GatewayError `not_found` for a name that tiktoken does not know, `bad_request` for what is no text */
export function encodingForModel(model: string): Encoding {
  if (typeof model !== 'string')
    throw new GatewayError('bad_request', "The name of a model is wanted as a text, e.g. encodingForModel('gpt-4o').");
  const name = encodingNameForModel(model);
  if (name === null)
    throw new GatewayError(
      'not_found',
      `No encoding is known for the model "${model.slice(0, 128)}"; name one with getEncoding, e.g. getEncoding('o200k_base').`,
    );
  return getEncoding(name);
}
