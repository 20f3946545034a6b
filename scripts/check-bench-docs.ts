/** `npm run -s check:bench-docs`: documents with figures are what `docs/benchmarks.json` gives, and README has no others. */
import path from 'node:path';
import process from 'node:process';

import { staleDocuments } from '../bench/table/documents.ts';

const stale = staleDocuments(path.dirname(import.meta.dirname));
for (const line of stale) process.stderr.write(`${line}\n`);
process.stdout.write(`bench documents: ${stale.length} stale\n`);
process.exitCode = stale.length === 0 ? 0 : 1;
