/** Two limits of callers as one: a request must pass both, and what the second refuses the first gives back. */
import type { OutputCapEdit } from '../../rate-limit/token-estimate.ts';
import type { AdmittedRequest, CallerLimiter, LimitedRequest } from './contract.ts';

export function bothLimits(first: CallerLimiter | null, second: CallerLimiter | null): CallerLimiter | null {
  if (first === null || second === null) return first ?? second;
  return {
    admit(request) {
      const admitted = first.admit(request);
      return admitted instanceof Promise
        ? admitted.then((later) => withSecond(later, second, request))
        : withSecond(admitted, second, request);
    },
  };
}

type Admitted = AdmittedRequest | null;

function withSecond(first: Admitted, second: CallerLimiter, request: LimitedRequest): Admitted | Promise<Admitted> {
  const giveBack = (cause: unknown): never => {
    first?.fail(null);
    throw cause;
  };
  let other: ReturnType<CallerLimiter['admit']>;
  try {
    other = second.admit(request);
  } catch (error) {
    return giveBack(error);
  }
  return other instanceof Promise ? other.then((later) => together(first, later), giveBack) : together(first, other);
}

function together(first: Admitted, second: Admitted): Admitted {
  if (first === null || second === null) return first ?? second;
  return {
    headers: [...first.headers, ...second.headers],
    outputCap: smaller(first.outputCap, second.outputCap),
    settle: (usage) => {
      first.settle(usage);
      second.settle(usage);
    },
    fail: (partial) => {
      first.fail(partial);
      second.fail(partial);
    },
  };
}

function smaller(one: OutputCapEdit | null, other: OutputCapEdit | null): OutputCapEdit | null {
  if (one === null || other === null) return one ?? other;
  return one.value <= other.value ? one : other;
}
