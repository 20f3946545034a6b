import { LiveEnvironment } from '../../config/environment.ts';
import { processTools } from '../router/tools.ts';
import { DirectCalls } from './direct-calls.ts';

/** The calls behind `completion`, `embedding` and their like: one for the process; holds nothing before the first call. */
export const processCalls = new DirectCalls({ ...processTools(), environment: new LiveEnvironment() });
