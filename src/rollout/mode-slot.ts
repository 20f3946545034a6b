import type { ModeSetting, RolloutRuntime } from './contract.ts';
import { GradualSchedule } from './gradual-schedule.ts';
import { formatMode } from './mode-text.ts';

/** A mode that was set, with its schedule where it has one. */
export class ModeSlot {
  readonly setting: ModeSetting;
  readonly text: string;
  readonly schedule: GradualSchedule | null;

  constructor(setting: ModeSetting, runtime: RolloutRuntime, onStep: () => void) {
    this.setting = setting;
    this.text = formatMode(setting);
    this.schedule = setting.mode === 'gradual' ? new GradualSchedule(setting, runtime, onStep) : null;
  }

  isSame(setting: ModeSetting): boolean {
    return this.text === formatMode(setting) && startOf(this.setting) === startOf(setting);
  }

  /** Of the calls that go to the fast path when nothing is wrong. */
  get percent(): number {
    switch (this.setting.mode) {
      case 'on':
        return 100;
      case 'canary':
        return this.setting.percent;
      case 'gradual':
        return this.schedule?.percent ?? 0;
      default:
        return 0;
    }
  }
}

function startOf(setting: ModeSetting): number | null {
  return setting.mode === 'gradual' ? setting.startedAtMs : null;
}
