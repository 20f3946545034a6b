/**
 * The register door, `fast-litellm/register`: importing it installs the hook (docs/register.md). Its functions are about
 * the hook of this process.
 */
import type { JsonValue } from '../protocol/json.ts';
import type { RolloutEvent } from '../rollout/contract.ts';
import type { Recommendation } from '../rollout/report.ts';
import { install } from './install.ts';
import type { RegisterStatus } from './registration.ts';

export type { RolloutEvent, RolloutEventType } from '../rollout/contract.ts';
export type { ComponentReport, Recommendation } from '../rollout/report.ts';
export type { ModuleReport } from './contract.ts';
export type { RegisterStatus } from './registration.ts';

const registration = install();

/** What is accelerated, how it is set, and what it did so far; plain JSON. */
export function status(): RegisterStatus {
  return registration.status();
}

/** The same as a table of plain text, a line for each component. */
export function statusTable(): string {
  return registration.statusTable();
}

/** What would be better switched on or off, from what was measured. */
export function recommendations(): readonly Recommendation[] {
  return registration.recommendations();
}

/**
 * Sets the mode of a component from now on: `on`, `off`, `shadow`, `canary:10`, `gradual:1,10,50,100@10m`.
 * @throws RangeError on an unknown component or a text that is no mode, TypeError on what is no text
 * @throws Error after `uninstall`
 */
export function setMode(component: string, mode: string): void {
  registration.setMode(component, mode);
}

/**
 * Back to the mode of the environment or the configuration.
 * @throws RangeError on an unknown component, TypeError on what is no text
 * @throws Error after `uninstall`
 */
export function clearMode(component: string): void {
  registration.clearMode(component);
}

/**
 * Takes an `acceleration:` block, as in the gateway's configuration file; environment variables win over it.
 * @throws RolloutSettingsError on a block that cannot be used; then everything stays as it was
 * @throws Error after `uninstall`
 */
export function configure(acceleration: JsonValue): void {
  registration.configure(acceleration);
}

/** Tells every event of the components, until the returned function is called. @throws TypeError on what is no function */
export function subscribe(listener: (event: RolloutEvent) => void): () => void {
  return registration.subscribe(listener);
}

/** Restores everything that was changed; what the program still holds of the hook answers with the originals. */
export function uninstall(): void {
  registration.uninstall();
}
