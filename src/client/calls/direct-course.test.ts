import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { ErrorCode } from '../../errors/codes.ts';
import type { AttemptFailure, Decision, DeploymentFacts } from '../../router/contract.ts';
import { DeploymentFactsTable } from '../../router/deployment-facts.ts';
import { readRoutingPolicy, SAFE_RESILIENCE } from '../../router/routing-policy.ts';
import { DirectCourse, type DirectTarget } from './direct-course.ts';

const target = (model: string): DirectTarget => ({ model, parameters: null });

function factsOf({ model }: DirectTarget): DeploymentFacts {
  const [facts] = new DeploymentFactsTable([{ id: '', modelName: '', model, params: { model }, modelInfo: {} }]).rows;
  if (facts === undefined) throw new Error('no facts');
  return facts;
}

interface Asked {
  readonly router?: Record<string, number | Record<string, number>>;
  readonly wider?: Readonly<Record<string, string>>;
}

function course(models: readonly [string, ...string[]], { router = {}, wider = {} }: Asked = {}): DirectCourse {
  const [first, ...others] = models;
  return new DirectCourse({
    targets: [target(first), ...others.map(target)],
    contextWindowFallbacks: new Map(Object.entries(wider)),
    factsOf,
    policy: readRoutingPolicy({ router: { num_retries: 2, ...router }, litellm: {}, resilience: SAFE_RESILIENCE }),
    now: () => 0,
    random: () => 0,
  });
}

function failure(code: ErrorCode, changes: Partial<AttemptFailure> = {}): AttemptFailure {
  return {
    error: new GatewayError(code, `${code}!`),
    retryAfter: null,
    silentTimeout: false,
    clientTimeout: false,
    callerCredential: false,
    ...changes,
  };
}

/** Lets every attempt fail in turn, the last failure again and again, and tells what came of it. */
function play(of: DirectCourse, failures: readonly AttemptFailure[]): readonly (string | number)[] {
  const told: (string | number)[] = [];
  let decision: Decision = of.next();
  for (let at = 0; ;) {
    if (decision.kind === 'sleep') {
      told.push(decision.seconds);
      decision = of.next();
    } else if (decision.kind === 'give-up') {
      const { error, retries, fallbacks } = decision.outcome;
      return [...told, `${error.name}: ${error.message} ${retries} ${fallbacks}`];
    } else {
      told.push(decision.model);
      const next = failures[Math.min(at++, failures.length - 1)];
      if (next === undefined) throw new Error('no failure is left');
      decision = of.failed(next);
    }
  }
}

describe('retries', () => {
  it('are two, with back-off, for what may pass', () => {
    const told = ['m', 0.5, 'm', 1, 'm', 'InternalServerError: internal! 2 0'];
    expect(play(course(['m']), [failure('internal')])).toEqual(told);
  });

  it.each<ErrorCode>(['bad_request', 'authentication', 'permission_denied', 'not_found', 'context_window_exceeded'])(
    'are none for %s, which ends the same way',
    (code) => {
      expect(play(course(['m']), [failure(code)])).toHaveLength(2);
    },
  );

  it('wait as long as the provider asks', () => {
    const limited = failure('rate_limit', { retryAfter: '7' });
    expect(play(course(['m'], { router: { num_retries: 1 } }), [limited])).toEqual([
      'm',
      7,
      'm',
      'RateLimitError: rate_limit! 1 0',
    ]);
  });

  it('go by the kind of error where a policy says so', () => {
    const policy = { retry_policy: { BadRequestErrorRetries: 1, RateLimitErrorRetries: 0 } };
    expect(play(course(['m'], { router: policy }), [failure('bad_request')])).toEqual([
      'm',
      0.5,
      'm',
      'BadRequestError: bad_request! 1 0',
    ]);
    expect(play(course(['m'], { router: policy }), [failure('rate_limit')])).toHaveLength(2);
  });
});

describe('fallbacks', () => {
  it('are asked in turn after any failure, each with retries of its own', () => {
    const told = play(course(['m', 'n'], { router: { num_retries: 1 } }), [
      failure('authentication'),
      failure('internal'),
    ]);
    expect(told).toEqual(['m', 'n', 0.5, 'n', 'InternalServerError: internal!. All fallback attempts failed. 1 1']);
  });

  it('come before a retry where nothing was heard in time', () => {
    const silent = failure('timeout', { silentTimeout: true });
    expect(play(course(['m', 'n'], { router: { num_retries: 1 } }), [silent])).toEqual([
      'm',
      'n',
      0.5,
      'n',
      'Timeout: timeout!. All fallback attempts failed. 1 1',
    ]);
  });

  it('come at once where a model cannot be asked', () => {
    const of = course(['m', 'n']);
    of.next();
    expect(of.refused(new GatewayError('not_implemented', 'no'))).toMatchObject({ model: 'n', fallbacks: 1 });
    expect(of.refused(new GatewayError('not_implemented', 'no'))).toMatchObject({ kind: 'give-up' });
  });

  it('of a small context window come first, and each once', () => {
    const wider = { m: 'large', large: 'm' };
    const told = play(course(['m', 'n'], { wider }), [failure('context_window_exceeded')]);
    expect(told.slice(0, -1)).toEqual(['m', 'large', 'm', 'n']);
  });
});
