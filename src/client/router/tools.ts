/** What a router takes from its surroundings; replaced in tests. */
import { type Environment, readEnvironment } from '../../config/environment.ts';
import type { PriceTable } from '../../pricing/price-table.ts';
import type { TransportFactory } from '../../wire/contract.ts';
import type { CustomLogger } from '../callbacks/contract.ts';
import { processCallbacks } from '../callbacks/register-callbacks.ts';
import { type OpenaiClasses, processOpenaiClasses } from '../errors/openai-classes.ts';
import { processPrices } from '../process-library.ts';

export interface RouterTools {
  readonly environment: Environment;
  /** Where prices and capabilities of models are looked up; opened when a router is made. */
  readonly prices: () => PriceTable;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
  /** Monotonic milliseconds. */
  readonly monotonicMs: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Who hears of every call. */
  readonly loggers: () => readonly CustomLogger[];
  /** Classes of the `openai` package for errors, where the program has it. */
  readonly openai: OpenaiClasses;
  /** null: undici, loaded at the first call. */
  readonly transportFor: TransportFactory | null;
}

export function processTools(): RouterTools {
  return {
    environment: readEnvironment(),
    prices: processPrices,
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    random: () => Math.random(),
    loggers: () => processCallbacks.loggers,
    openai: processOpenaiClasses,
    transportFor: null,
  };
}
