/** Puts the hook into this process, once, whatever copies of this package it holds. */
import { readEnvironment } from '../config/environment.ts';
import type { Program } from './contract.ts';
import { REGISTRY } from './facade.ts';
import { Registration, type RegistrationOptions } from './registration.ts';

/** @returns the installation of this process, which may be an earlier one */
export function install(options: Partial<RegistrationOptions> = {}): Registration {
  const standing: unknown = Reflect.get(globalThis, REGISTRY);
  if (standing !== undefined) return standing as Registration;
  const environment = options.environment ?? readEnvironment();
  const registration = new Registration({
    program: thisProgram(environment.get('NODE_OPTIONS')),
    ...options,
    environment,
  });
  Reflect.defineProperty(globalThis, REGISTRY, { value: registration, configurable: true });
  registration.install();
  return registration;
}

function thisProgram(nodeOptions = ''): Program {
  const main = process.argv[1] ?? '';
  // Deprecated because ES modules are none, which is what is asked here.
  const isCommonJs = Reflect.get(process, 'mainModule') !== undefined;
  const flags = [...process.execArgv, ...nodeOptions.split(/\s+/)];
  return { main, isLinked: main !== '' && !isCommonJs && !isPreloaded(flags) };
}

const PRELOAD = /^(?:--import|--require|-r)(?:=(.*))?$/;

/** Whether Node's flags name the hook, so that it runs before anything of the program is linked. */
export function isPreloaded(flags: readonly string[]): boolean {
  return flags.some((flag, i) => {
    const [isFlag, value] = PRELOAD.exec(flag) ?? [];
    return isFlag !== undefined && /fast-litellm|[\\/]register(?:[\\/]|$)/.test(value ?? flags[i + 1] ?? '');
  });
}
