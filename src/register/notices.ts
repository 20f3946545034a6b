/** What the hook has to say goes out as process warnings, each once: programs can listen to them or switch them off. */
import type { RolloutLog } from '../rollout/contract.ts';

const TYPE = 'FastLitellmWarning';

export class Notices {
  readonly #said = new Set<string>();

  /** @param code in capitals, for `process.on('warning')` */
  say(code: string, message: string): void {
    const key = `${code} ${message}`;
    if (this.#said.has(key)) return;
    this.#said.add(key);
    process.emitWarning(message, { type: TYPE, code: `FAST_LITELLM_${code}` });
  }

  /** Warnings of components; the rollout says each cause once already. Its other messages are in `subscribe`. */
  log(): RolloutLog {
    return {
      info: () => {},
      warn: (_fields, message) => {
        process.emitWarning(message, { type: TYPE, code: 'FAST_LITELLM_COMPONENT' });
      },
    };
  }
}
