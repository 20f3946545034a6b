import { GatewayError } from '../errors/gateway-error.ts';
import type { Encoding } from './contract.ts';
import { encodingNameForModel } from './encoding-names.ts';
import { getEncoding } from './get-encoding.ts';

/** tiktoken's `encoding_for_model`. @throws GatewayError `not_found` for a name that tiktoken does not know */
export function encodingForModel(model: string): Encoding {
  const name = encodingNameForModel(model);
  if (name === null)
    throw new GatewayError(
      'not_found',
      `No encoding is known for the model "${model.slice(0, 128)}"; name one with getEncoding, e.g. getEncoding('o200k_base').`,
    );
  return getEncoding(name);
}
