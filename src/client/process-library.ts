import { createOpenableLibrary, type ModelLibrary } from './model-library.ts';

const opened = createOpenableLibrary();

/** The library behind the functions of `fast-litellm`: one for the process; holds nothing before the first question. */
export const processLibrary: ModelLibrary = opened.library;

/** Its price table, with what `registerModel` added; unpacked at the first look-up. */
export const processPrices = opened.prices;
