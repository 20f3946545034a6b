/** All providers by name. */
import { AZURE_ROWS } from './azure-rows.ts';
import { EMBEDDING_ROWS } from './embedding-rows.ts';
import { FOREIGN_ROWS } from './foreign-rows.ts';
import { OPENAI_ROWS } from './openai-rows.ts';
import type { ProviderRow } from './provider-row.ts';
import { REGISTRY_ROWS } from './registry-rows.ts';
import { SELF_HOSTED_ROWS } from './self-hosted-rows.ts';
import { SIMULATED_ROWS } from './simulated-rows.ts';

const ROWS: ReadonlyMap<string, ProviderRow> = new Map(
  [
    ...OPENAI_ROWS,
    ...SELF_HOSTED_ROWS,
    ...EMBEDDING_ROWS,
    ...AZURE_ROWS,
    ...REGISTRY_ROWS,
    ...FOREIGN_ROWS,
    ...SIMULATED_ROWS,
  ].map((row) => [row.name, row]),
);

/** Cost: one map look-up. */
export function findProvider(name: string): ProviderRow | null {
  return ROWS.get(name) ?? null;
}

export function allProviders(): Iterable<ProviderRow> {
  return ROWS.values();
}
