import { createModelLibrary, type ModelLibrary } from './model-library.ts';

/** The library behind the functions of `fast-litellm`: one for the process; holds nothing before the first question. */
export const processLibrary: ModelLibrary = createModelLibrary();
