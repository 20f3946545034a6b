/** The mock provider in a process of its own. */
import path from 'node:path';
import process from 'node:process';
import { start, type Running } from './running.ts';

export async function startMockProvider(): Promise<Running> {
  const script = path.join(import.meta.dirname, 'mock-upstream.ts');
  return start((port) => ({ command: process.execPath, args: [script, String(port)] }), null);
}
