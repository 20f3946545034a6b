/** Puts the hook into this process, once, whatever copies of this package it holds. */
import { readEnvironment } from '../config/environment.ts';
import type { Program } from './early-modules.ts';
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
  return {
    main: process.argv[1] ?? '',
    flags: [...process.execArgv, ...nodeOptions.split(/\s+/)],
    // Deprecated because ES modules are none, which is what is asked here.
    isCommonJs: Reflect.get(process, 'mainModule') !== undefined,
  };
}
