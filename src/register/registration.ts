/**
 * The hook in a running program: what it replaces, how it is set, and how it is taken out again. Nothing but the module
 * hook is there until the program loads something that can be replaced.
 */
import type { Environment } from '../config/environment.ts';
import type { JsonValue } from '../protocol/json.ts';
import type { RolloutComponent, RolloutEvent } from '../rollout/contract.ts';
import type { Recommendation, RolloutReport } from '../rollout/report.ts';
import type { ComponentName, ModuleExports, ModuleReport, Program, ValuesUse } from './contract.ts';
import type { Disturb } from './disturb.ts';
import type * as EarlyModules from './early-modules.ts';
import type * as ExitStatus from './exit-status.ts';
import { FetchHook } from './http-pool/fetch-hook.ts';
import { REGISTRY } from './facade.ts';
import type { HookLimits } from './limits.ts';
import { loadBeside } from './load-beside.ts';
import type * as AdaptersModule from './module-adapters.ts';
import type { ModuleAdapters } from './module-adapters.ts';
import { ModuleHook } from './module-hook.ts';
import type * as NoticesModule from './notices.ts';
import type { Notices } from './notices.ts';
import { REPLACED_PACKAGES } from './replaced-packages.ts';
import { Replacements } from './replacements.ts';
import type * as RolloutExports from './start-rollout.ts';
import type { StartedRollout } from './start-rollout.ts';
import { UnexpectedShape } from './unexpected-shape.ts';
import { VARIABLES } from './variables.ts';

type RolloutModule = typeof RolloutExports;

/** Everything at a glance; plain JSON. */
export interface RegisterStatus extends RolloutReport {
  /** Whether the hook is in place: not after `uninstall`, nor with `FAST_LITELLM=off`. */
  readonly installed: boolean;
  /** Modules of replaced packages that the program loaded. */
  readonly modules: readonly ModuleReport[];
}

export interface RegistrationOptions {
  readonly environment: Environment;
  readonly program: Program;
  /** For tests and rehearsals that put faults into fast paths. */
  readonly disturb?: Disturb;
  /** Default: `DEFAULT_LIMITS`. */
  readonly limits?: Partial<HookLimits>;
}

export class Registration {
  readonly #options: RegistrationOptions;
  readonly #replacements = new Replacements();
  readonly #disturb: Disturb;
  readonly #hook: ModuleHook;
  readonly #fetch: FetchHook;
  #noticesOrNull: Notices | null = null;
  #adaptersOrNull: ModuleAdapters | null = null;
  #started: StartedRollout | null = null;
  #isInstalled = false;
  #isUninstalled = false;
  #stopStatus: (() => void) | null = null;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#disturb = options.disturb ?? ((_component, fast) => fast);
    this.#hook = new ModuleHook({
      packages: REPLACED_PACKAGES,
      onLoaded: (file, exports) => void this.#adapters.adapt(file, exports, 'in_place'),
      onFailure: (error) => this.#failed(error),
    });
    this.#fetch = new FetchHook({
      environment: options.environment,
      componentOf: () => this.#componentOf('http_pool'),
      disturb: this.#disturb,
      limits: options.limits ?? {},
      replacements: this.#replacements,
      onFailure: (error) => this.#keptFetch(error),
      onUnusableOrigins: (entries) => this.#notices.sayUnusableOrigins(entries),
    });
  }

  /** Puts the hook in place. Nothing happens with `FAST_LITELLM=off`. */
  install(): void {
    if (/^(?:off|false)$/i.test(this.#options.environment.get(VARIABLES.everything)?.trim() ?? '')) return;
    this.#isInstalled = true;
    this.#hook.install();
    const { environment, program } = this.#options;
    if (environment.has(VARIABLES.status))
      this.#stopStatus = loadBeside<typeof ExitStatus>('exit-status').writeStatusAtExit(environment, this, () =>
        this.#notices.sayUnknownFormat(),
      );
    try {
      this.#fetch.install();
    } catch (error) {
      this.#keptFetch(error);
    }
    if (program.isLinked) this.#adaptLinked(program.main);
  }

  /** A facade was evaluated. @returns values to export instead of the original's, by name */
  serve(url: string, original: ModuleExports): ModuleExports {
    return this.#isInstalled ? this.#adapt(url, original, 'for_good') : {};
  }

  /** Restores everything that was changed; what the program still holds of the hook answers with the originals. */
  uninstall(): void {
    if (!this.#isInstalled) return;
    this.#isInstalled = false;
    this.#isUninstalled = true;
    this.#hook.uninstall();
    this.#fetch.uninstall();
    this.#stopStatus?.();
    this.#replacements.undo();
    this.#adaptersOrNull?.restoreCopies();
    if (this.#started !== null) endRollout(this.#started);
    if (Reflect.get(globalThis, REGISTRY) === this) Reflect.deleteProperty(globalThis, REGISTRY);
  }

  status(): RegisterStatus {
    const report = this.#rollout.rollout.report();
    return { ...report, installed: this.#isInstalled, modules: [...(this.#adaptersOrNull?.reports ?? [])] };
  }

  statusTable(): string {
    const status = this.status();
    const head = this.#isUninstalled ? 'fast-litellm is uninstalled: the originals answer every call\n' : '';
    return head + this.#module.renderStatusTable(status);
  }

  recommendations(): readonly Recommendation[] {
    return this.#module.recommend(this.#rollout.rollout.report());
  }

  /**
   * @throws RangeError on an unknown component or a text that is no mode, TypeError on what is no text
   * @throws Error after `uninstall`, as `clearMode` and `configure` do
   */
  setMode(component: string, mode: string): void {
    this.#assertNotUninstalled();
    const { componentNameOf, modeOf } = this.#module;
    this.#rollout.rollout.override(componentNameOf(component), modeOf(mode));
  }

  /** Back to what is configured. @throws RangeError on an unknown component, TypeError on what is no text */
  clearMode(component: string): void {
    this.#assertNotUninstalled();
    this.#rollout.rollout.clearOverride(this.#module.componentNameOf(component));
  }

  /** @throws RolloutSettingsError on a block that cannot be used; then everything stays as it was */
  configure(block: JsonValue): void {
    this.#assertNotUninstalled();
    this.#rollout.rollout.configure(this.#module.settingsOf(this.#options.environment, block));
  }

  /** @throws TypeError on what is no function */
  subscribe(listener: (event: RolloutEvent) => void): () => void {
    return this.#rollout.rollout.subscribe(this.#module.listenerOf(listener));
  }

  #assertNotUninstalled(): void {
    if (this.#isUninstalled)
      throw new Error('The hook is uninstalled, so no setting has an effect. Start the program anew to have it back.');
  }

  #adaptLinked(main: string): void {
    try {
      const { earlyModules } = loadBeside<typeof EarlyModules>('early-modules');
      for (const { url, exports } of earlyModules(main, REPLACED_PACKAGES)) this.#adapt(url, exports, 'none');
    } catch (error) {
      this.#failed(error);
    }
  }

  get #notices(): Notices {
    this.#noticesOrNull ??= new (loadBeside<typeof NoticesModule>('notices').Notices)();
    return this.#noticesOrNull;
  }

  get #adapters(): ModuleAdapters {
    this.#adaptersOrNull ??= new (loadBeside<typeof AdaptersModule>('module-adapters').ModuleAdapters)({
      componentOf: (name) => this.#componentOf(name),
      disturb: this.#disturb,
      limits: this.#options.limits ?? {},
      replacements: this.#replacements,
      notices: this.#notices,
    });
    return this.#adaptersOrNull;
  }

  #adapt(url: string, exports: ModuleExports, use: ValuesUse): ModuleExports {
    const file = this.#hook.fileOf(url);
    return file === null ? {} : this.#adapters.adapt(file, exports, use);
  }

  #componentOf(name: ComponentName): RolloutComponent {
    const component = this.#rollout.components.get(name);
    if (component === undefined) throw new RangeError(`there is no component ${name}`);
    const { disturb } = this.#options;
    return disturb === undefined ? component : this.#module.disturbed(component, disturb);
  }

  get #module(): RolloutModule {
    return loadBeside<RolloutModule>('start-rollout');
  }

  get #rollout(): StartedRollout {
    if (this.#started !== null) return this.#started;
    this.#started = this.#module.startRollout({
      environment: this.#options.environment,
      log: this.#notices.log(),
      onMisspelt: (variables) => this.#notices.sayMisspelt(variables),
      onBadSettings: (message) => this.#notices.say('BAD_SETTINGS', `Everything runs as it is: ${message}`),
    });
    if (this.#isUninstalled) endRollout(this.#started);
    return this.#started;
  }

  #keptFetch(error: unknown): void {
    const why = error instanceof UnexpectedShape ? error.message : `its pool failed with ${nameOf(error)}`;
    this.#notices.say('KEPT_ORIGINAL', `The global fetch runs as it is: ${why}.`);
  }

  #failed(error: unknown): void {
    this.#notices.say('HOOK_FAILED', `The hook failed and the program runs as it is: ${nameOf(error)}.`);
  }
}

/** The originals answer from here on, and the status says so. */
function endRollout({ rollout }: StartedRollout): void {
  rollout.switchOff('uninstall()');
  rollout.close();
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name} ${String(Reflect.get(error, 'code') ?? '')}`.trim() : typeof error;
}
