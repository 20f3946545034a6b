import { describe, expect, it } from 'vitest';
import { misspeltVariables } from './misspelt-variables.ts';

const OWN = ['STATUS', 'ORIGINS', 'ACCELERATION', 'TOKENIZER', 'HTTP_POOL', 'RATE_LIMITER', 'COMPLETION'];

function meantBy(name: string): string | null {
  const own = OWN.map((each) => `FAST_LITELLM_${each}`);
  const [found] = misspeltVariables(new Map([[`FAST_LITELLM_${name}`, 'on']]), own);
  return found?.meant ?? null;
}

describe('misspeltVariables', () => {
  it.each([
    ['TOKENISER', 'TOKENIZER'],
    ['ORIGIN', 'ORIGINS'],
    ['STATUSS', 'STATUS'],
    ['HTTPPOOL', 'HTTP_POOL'],
    ['RATELIMITER', 'RATE_LIMITER'],
    ['ACCELLERATION', 'ACCELERATION'],
    ['PRICE', 'PRICES'],
  ])('knows what %s means', (name, meant) => {
    expect(meantBy(name)).toBe(`FAST_LITELLM_${meant}`);
  });

  it.each([
    ...OWN,
    'PRICES',
    'PYTHON',
    'FALLBACK',
    'ROUTE',
    'ROUTE_V1_EMBEDDINGS',
    'MASTER_KEY',
    'STYLE',
    'PORT',
    'SERVICE_HOST',
    'SERVICE_PORT_HTTP',
    'PORT_4000_TCP_ADDR',
    'HTTP_PORT',
    'ORIGIN_SERVICE_HOST',
  ])('says nothing of %s', (name) => {
    expect(meantBy(name)).toBeNull();
  });

  it('looks at variables of this package only', () => {
    expect(misspeltVariables(new Map([['LITELLM_STATUSS', 'exit']]), ['FAST_LITELLM_STATUS'])).toEqual([]);
  });
});
