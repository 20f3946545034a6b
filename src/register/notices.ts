/** What the hook has to say goes out as process warnings, each once: programs can listen to them or switch them off. */
import type { RolloutLog } from '../rollout/contract.ts';
import type { MisspeltVariable } from './misspelt-variables.ts';
import { VARIABLES } from './variables.ts';

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

  sayUnknownFormat(): void {
    this.say(
      'BAD_SETTINGS',
      `${VARIABLES.status} is neither exit nor json, and no status is written. Write exit for a table on stderr at the ` +
        'end of the process, json for a line of JSON.',
    );
  }

  /** @param variables at least one */
  sayMisspelt(variables: readonly MisspeltVariable[]): void {
    const each = variables.map(({ name, meant }) => `${name} means nothing; did you mean ${meant}?`);
    this.say('MISSPELT_VARIABLE', each.join(' '));
  }

  /** @param entries of `FAST_LITELLM_ORIGINS`; one that may hold a password is not shown */
  sayUnusableOrigins(entries: readonly string[]): void {
    const shown = entries.map((entry) => (entry.includes('@') ? 'one with an @' : JSON.stringify(entry))).join(', ');
    this.say(
      'BAD_ORIGINS',
      `${VARIABLES.origins}: no origin is ${shown}; the calls meant by it run as they are. Write origins, hosts with a ` +
        'port, hosts, or all hosts below one, separated by commas: ' +
        'http://127.0.0.1:8000,127.0.0.1:8000,llm.internal,*.example.com.',
    );
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
