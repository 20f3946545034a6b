/** A setting of a component that cannot be used. The value is never shown: it may have been meant for something else. */
export class RolloutSettingsError extends Error {
  /** `acceleration.tokenizer.mode`, or the name of an environment variable. */
  readonly key: string;
  readonly problem: string;
  readonly remedy: string;

  constructor(key: string, problem: string, remedy: string) {
    super(`${key}: ${problem}. ${remedy}`);
    this.name = 'RolloutSettingsError';
    this.key = key;
    this.problem = problem;
    this.remedy = remedy;
  }
}
