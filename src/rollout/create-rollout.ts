/** All components of a process or thread: their settings, events, overrides and reports. */
import { wrapAsync } from './async-call.ts';
import { ComponentCore } from './component-core.ts';
import { isComponentName } from './component-name.ts';
import { reportComponent } from './component-report.ts';
import type {
  ComponentDefinition,
  ModeSetting,
  OverrideOptions,
  Rollout,
  RolloutComponent,
  RolloutEvent,
  RolloutOptions,
  RolloutRuntime,
  RolloutSettings,
} from './contract.ts';
import type { RolloutReport } from './report.ts';
import { EventStream } from './event-stream.ts';
import { resolveSettings, unknownNames } from './resolve-settings.ts';
import { wrapStream } from './stream-call.ts';
import { wrapSync } from './sync-call.ts';
import { systemRuntime } from './system-runtime.ts';
import { TimeLimits } from './time-limits.ts';
import { ToldCall } from './told-call.ts';

export function createRollout(options: RolloutOptions): Rollout {
  return new ComponentRegistry(options);
}

class ComponentRegistry implements Rollout {
  readonly #runtime: RolloutRuntime;
  readonly #events: EventStream;
  readonly #limits: TimeLimits;
  readonly #cores = new Map<string, ComponentCore>();
  #settings: RolloutSettings;
  #switchedOffBy: string | null = null;

  constructor({ settings, log, runtime }: RolloutOptions) {
    this.#runtime = { ...systemRuntime(), ...runtime };
    this.#events = new EventStream(log ?? null);
    this.#limits = new TimeLimits(this.#runtime);
    this.#settings = settings;
  }

  component(definition: ComponentDefinition): RolloutComponent {
    const { name } = definition;
    if (!isComponentName(name))
      throw new TypeError(`no name of a component; write one as tokenizer or route:/v1/embeddings`);
    if (this.#cores.has(name)) throw new TypeError(`there is a component ${name} already; create each one once`);
    const core = new ComponentCore({
      definition,
      settings: resolveSettings(this.#settings, definition),
      switchedOffBy: this.#offBy,
      runtime: this.#runtime,
      limits: this.#limits,
      emit: (body) => this.#events.emit({ component: name, atMs: this.#runtime.now(), ...body }),
    });
    this.#cores.set(name, core);
    return handleOf(core);
  }

  report(): RolloutReport {
    return {
      atMs: this.#runtime.now(),
      components: [...this.#cores.values()].map(reportComponent),
      unknown: unknownNames(this.#settings, this.#cores.keys()),
    };
  }

  override(name: string, mode: ModeSetting, options: OverrideOptions = {}): void {
    this.#core(name).machine.setOverride(mode, options);
  }

  clearOverride(name: string, options: OverrideOptions = {}): void {
    this.#core(name).machine.setOverride(null, options);
  }

  rollBack(name: string): void {
    this.#core(name).rollBack('request');
  }

  configure(settings: RolloutSettings): void {
    const cores = [...this.#cores.values()];
    const resolved = cores.map((core) => ({ core, settings: resolveSettings(settings, core.definition) }));
    this.#settings = settings;
    for (const { core, settings: own } of resolved) core.configure(own);
    this.#switch();
  }

  switchOff(by: string | null): void {
    this.#switchedOffBy = by;
    this.#switch();
  }

  subscribe(listener: (event: RolloutEvent) => void): () => void {
    return this.#events.subscribe(listener);
  }

  close(): void {
    for (const core of this.#cores.values()) core.close();
    this.#limits.close();
  }

  get #offBy(): string | null {
    return this.#switchedOffBy ?? this.#settings.switchedOffBy;
  }

  #switch(): void {
    for (const core of this.#cores.values()) core.machine.switchOff(this.#offBy);
  }

  #core(name: string): ComponentCore {
    const core = this.#cores.get(name);
    if (core !== undefined) return core;
    throw new RangeError(`no component of this name; there are ${[...this.#cores.keys()].join(', ') || 'none'}`);
  }
}

function handleOf(core: ComponentCore): RolloutComponent {
  return {
    name: core.definition.name,
    wrap: (operation) => wrapSync(core, operation),
    wrapAsync: (operation) => wrapAsync(core, operation),
    wrapStream: (operation) => wrapStream(core, operation),
    begin: (identityOf) => new ToldCall(core, identityOf),
    building: (run) => core.clock.build(run),
    report: () => reportComponent(core),
  };
}
