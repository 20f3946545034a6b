/**
 * Makes errors of calls instances of the `openai` package's error classes too, where a program has that package, so that
 * `catch (error) { if (error instanceof OpenAI.RateLimitError) … }` goes on working, as it does for LiteLLM in Python.
 *
 * Only the file with the classes is loaded, at the first error; without the package nothing is loaded and nothing
 * changes. The package comes in two builds with classes of their own: programs whose main file is CommonJS get those of
 * `require('openai')`, all others those of `import`. Why so: docs/decisions/0015-library-errors.md.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { GatewayError } from '../../errors/gateway-error.ts';

/** LiteLLM's classes and those that they extend there; OpenAI's Node package has one class for every status from 500. */
const PARENTS: ReadonlyMap<string, string> = new Map([
  ['AuthenticationError', 'AuthenticationError'],
  ['PermissionDeniedError', 'PermissionDeniedError'],
  ['NotFoundError', 'NotFoundError'],
  ['BadRequestError', 'BadRequestError'],
  ['ContextWindowExceededError', 'BadRequestError'],
  ['ContentPolicyViolationError', 'BadRequestError'],
  ['UnsupportedParamsError', 'BadRequestError'],
  ['UnprocessableEntityError', 'UnprocessableEntityError'],
  ['RateLimitError', 'RateLimitError'],
  ['Timeout', 'APIConnectionTimeoutError'],
  ['APIConnectionError', 'APIConnectionError'],
  ['InternalServerError', 'InternalServerError'],
  ['BadGatewayError', 'InternalServerError'],
  ['ServiceUnavailableError', 'InternalServerError'],
]);
const ANY_ERROR = 'APIError';

type Classes = Readonly<Record<string, unknown>>;

/** @returns null: the package is not there, which does not change. @throws anything else that keeps it from loading */
export type LoadOpenaiClasses = () => Classes | null;

export class OpenaiClasses {
  readonly #load: LoadOpenaiClasses;
  readonly #prototypes = new Map<string, object | null>();
  #classes: Classes | null | undefined;

  constructor(load: LoadOpenaiClasses = loadOpenaiClasses) {
    this.#load = load;
  }

  /** Puts the class of `openai` that fits between the error and `Error`. */
  adopt<Failure extends GatewayError>(error: Failure): Failure {
    const prototype = this.#prototypeFor(error.name);
    if (prototype !== null) Object.setPrototypeOf(error, prototype);
    return error;
  }

  #prototypeFor(name: string): object | null {
    const known = this.#prototypes.get(name);
    if (known !== undefined) return known;
    const classes = this.#loaded();
    if (classes === undefined) return null;
    const made = classes === null ? null : prototypeUnder(classes[PARENTS.get(name) ?? ANY_ERROR]);
    this.#prototypes.set(name, made);
    return made;
  }

  /** undefined: not now; the next error tries again. */
  #loaded(): Classes | null | undefined {
    if (this.#classes !== undefined) return this.#classes;
    try {
      this.#classes = this.#load();
    } catch {
      // Somebody is loading the package at this moment; an error of a call must not become one about this.
      return undefined;
    }
    return this.#classes;
  }
}

/** Those of the process; nothing is loaded before the first error. */
export const processOpenaiClasses = new OpenaiClasses();

function prototypeUnder(parent: unknown): object | null {
  if (typeof parent !== 'function' || !(parent.prototype instanceof Error)) return null;
  return Object.create(parent.prototype, Object.getOwnPropertyDescriptors(GatewayError.prototype)) as object;
}

const CLASSES_FILE = 'openai/error';
const NOT_THERE: ReadonlySet<unknown> = new Set([
  'MODULE_NOT_FOUND',
  'ERR_MODULE_NOT_FOUND',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
]);

function loadOpenaiClasses(): Classes | null {
  const load = createRequire(import.meta.url);
  try {
    const isCommonJs = load.main !== undefined;
    return load(isCommonJs ? CLASSES_FILE : fileURLToPath(import.meta.resolve(CLASSES_FILE))) as Classes;
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOT_THERE.has(error.code)) return null;
    throw error;
  }
}
