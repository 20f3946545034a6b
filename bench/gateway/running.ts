/** Starts a contestant in a process of its own and knows when it answers. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { Launch } from './contestants.ts';
import { cpuMicroseconds } from './process-figures.ts';

const START_LIMIT_MS = 120_000;
const POLL_MS = 5;

export interface Running {
  readonly pid: number;
  readonly port: number;
  /** Milliseconds from spawn to the first 200. */
  readonly startMs: number;
  /** CPU time spent until then. */
  readonly startCpuMs: number;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no port'));
      else server.close(() => resolve(address.port));
    });
  });
}

export async function start(
  makeLaunch: (port: number, folder: string) => Launch,
  readyPath: string | null,
): Promise<Running> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gateway-bench-'));
  const port = await freePort();
  const { command, args, env } = makeLaunch(port, folder);
  const begun = performance.now();
  const child = spawn(command, [...args], { cwd: folder, env: { ...process.env, ...env }, stdio: 'ignore' });
  try {
    await until(child, async () => (readyPath === null ? connects(port) : answers(port, readyPath)));
  } catch (error) {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const startMs = performance.now() - begun;
  const pid = child.pid ?? 0;
  return {
    pid,
    port,
    startMs,
    startCpuMs: cpuMicroseconds(pid) / 1000,
    stop: async () => {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function until(child: ChildProcess, ready: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (!(await ready())) {
    if (child.exitCode !== null) throw new Error(`ended with code ${child.exitCode} before it answered`);
    if (performance.now() > deadline) throw new Error(`did not answer within ${START_LIMIT_MS / 1000} s`);
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS);
    });
  }
}

async function answers(port: number, readyPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: readyPath, agent: false, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
    request.on('timeout', () => request.destroy());
  });
}

async function connects(port: number): Promise<boolean> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exit;
  clearTimeout(timer);
}
