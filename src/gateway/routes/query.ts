/**
 * Query parameters with FastAPI's answers for wrong ones (422, `detail` list). The first value of a name counts.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { Exchange } from '../../wire/contract.ts';

const YES: ReadonlySet<string> = new Set(['1', 'true', 't', 'yes', 'y', 'on']);
const NO: ReadonlySet<string> = new Set(['0', 'false', 'f', 'no', 'n', 'off']);

export interface Query {
  text(name: string): string | null;
  /** @throws GatewayError 422 when the parameter is missing */
  required(name: string): string;
  /** Missing: false. @throws GatewayError 422 when the value reads as neither */
  flag(name: string): boolean;
}

export function readQuery(exchange: Exchange): Query {
  const values = new URLSearchParams(exchange.query);
  return {
    text: (name) => values.get(name),
    required(name) {
      const value = values.get(name);
      if (value !== null) return value;
      throw invalid([{ type: 'missing', loc: ['query', name], msg: 'Field required', input: null }]);
    },
    flag(name) {
      const value = values.get(name);
      if (value === null) return false;
      const word = value.toLowerCase();
      if (YES.has(word)) return true;
      if (NO.has(word)) return false;
      const msg = 'Input should be a valid boolean, unable to interpret input';
      throw invalid([{ type: 'bool_parsing', loc: ['query', name], msg, input: value }]);
    },
  };
}

export interface InvalidField {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** FastAPI's answer to a request that does not fit a route's parameters. */
export function invalid(fields: readonly InvalidField[]): GatewayError {
  return new GatewayError('unprocessable', 'The request does not fit this route.', { detail: fields });
}
