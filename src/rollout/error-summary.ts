/**
 * What may be shown of an error: its class, its code and the line that threw it. Never its message, which may quote the
 * input. Whatever is thrown, this throws nothing.
 */
import type { ErrorSummary } from './contract.ts';

const WORD = /^[A-Za-z_$][\w$]{0,63}$/;
/** `    at Encoder.encode (file:///srv/app/encoder.js:12:7)`, with or without a function. */
const FRAME =
  /^\s+at (?:(?:async |new )?([\w$.<>#]+) (?:\[as [\w$]+\] )?\()?(?:[^()\n]*[\\/])?([\w$.@-]+):(\d+):\d+\)?$/;

export function summarizeError(error: unknown): ErrorSummary {
  try {
    if (!(error instanceof Error)) return { name: typeof error, code: null, thrownAt: null };
    const { code } = error as { readonly code?: unknown };
    return {
      name: WORD.test(error.name) ? error.name : 'Error',
      code: typeof code === 'string' && WORD.test(code) ? code : null,
      thrownAt: thrownAt(error),
    };
  } catch {
    return { name: 'Error', code: null, thrownAt: null };
  }
}

/** Whether two errors are the same to a caller who looks at their class. */
export function isSameErrorName(original: unknown, fast: unknown): boolean {
  if (original instanceof Error && fast instanceof Error) return original.name === fast.name;
  return original instanceof Error === fast instanceof Error && typeof original === typeof fast;
}

function thrownAt({ name, message, stack }: Error): string | null {
  if (typeof stack !== 'string') return null;
  // The message comes first and may look like a frame: only a stack that begins with it is read, and after it.
  const head = message === '' ? name : `${name}: ${message}`;
  if (!stack.startsWith(head)) return null;
  const [, frame = ''] = stack.slice(head.length).split('\n', 2);
  const [, functionName, file, line] = FRAME.exec(frame) ?? [];
  if (file === undefined || line === undefined) return null;
  return functionName === undefined ? `${file}:${line}` : `${functionName} (${file}:${line})`;
}
