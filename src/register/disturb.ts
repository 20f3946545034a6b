/**
 * A seam for tests and rehearsals: every fast implementation of the hook passes through one function, which may put
 * something else in its place. Without it nothing is in between.
 */
import type { AsyncOperation, Operation, RolloutComponent } from '../rollout/contract.ts';

/** @returns what is to run as the fast path of a component */
export type Disturb = <This, Args extends unknown[], Result>(
  component: string,
  fast: (this: This, ...args: Args) => Result,
) => (this: This, ...args: Args) => Result;

/** The component with every operation's fast path disturbed. */
export function disturbed(component: RolloutComponent, disturb: Disturb): RolloutComponent {
  const { name } = component;
  return {
    ...component,
    wrap: <This, Args extends unknown[], Result>(operation: Operation<This, Args, Result>) =>
      component.wrap<This, Args, Result>({ ...operation, fast: disturb(name, operation.fast) }),
    wrapAsync: <This, Args extends unknown[], Result>(operation: AsyncOperation<This, Args, Result>) =>
      component.wrapAsync<This, Args, Result>({ ...operation, fast: disturb(name, operation.fast) }),
  };
}
