/** What the operations of all tokenizer packages have in common. */
import type { StickyBy } from '../../rollout/contract.ts';
import type { TokenChoice } from './special-split.ts';

/** Of `encode` in `js-tiktoken` and `tiktoken`. */
export type EncodeArguments = [text: string, allowed?: TokenChoice | undefined, disallowed?: TokenChoice | undefined];

/** The text itself is what a share of the calls can be drawn by. */
export function identityOfText(by: StickyBy, [text]: readonly [string, ...unknown[]]): string | null {
  return by === 'content' ? text : null;
}

/** The lists may be changed by the program before a comparison runs. */
export function copyEncodeArguments([text, allowed, disallowed]: EncodeArguments): EncodeArguments {
  return [text, copyOf(allowed), copyOf(disallowed)];
}

function copyOf(choice: TokenChoice | undefined): TokenChoice | undefined {
  return choice === undefined || choice === 'all' ? choice : [...choice];
}
