/**
 * One port for several threads of a process. Where the system shares a port between listeners (`SO_REUSEPORT`: Linux and
 * most BSDs), each thread has a listener of its own; where it does not, but hands out copies of a descriptor
 * (`/dev/fd`: macOS), the threads accept from one listener.
 *
 * Sharing would also let a second gateway of the same user take the port without an error. So a port is claimed first,
 * by a listener that does not share, which goes when the threads are about to listen.
 */
import { closeSync, openSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { ListenTarget } from './contract.ts';

export interface ClaimedPort {
  /** Lets the port go, for the threads to listen on. */
  release(): Promise<void>;
  /** @param port that the first thread got, or that was asked for */
  target(port: number): ListenTarget;
  /** No thread will listen any more. */
  close(): void;
}

export interface PortSharing {
  /** @throws as listening does, e.g. with the code `EADDRINUSE` */
  claim(host: string, port: number): Promise<ClaimedPort>;
}

/** @returns null: threads cannot share a port here */
export async function portSharing(): Promise<PortSharing | null> {
  if (await canReusePort()) return { claim: claimToReuse };
  return (await canCopyDescriptors()) ? { claim: claimToCopy } : null;
}

async function canReusePort(): Promise<boolean> {
  return await opens({ host: '127.0.0.1', port: 0, reusePort: true });
}

async function opens(options: Parameters<typeof listening>[0]): Promise<boolean> {
  try {
    await closed(await listening(options));
    return true;
  } catch {
    return false;
  }
}

export async function claimToReuse(host: string, port: number): Promise<ClaimedPort> {
  // Any port at all is chosen by the first thread's listener, which then has it.
  let claim = port === 0 ? null : await listening({ host, port });
  return {
    async release() {
      if (claim !== null) await closed(claim);
      claim = null;
    },
    target: (chosen) => ({ port: chosen, reusePort: true }),
    close: () => void claim?.close(),
  };
}

async function canCopyDescriptors(): Promise<boolean> {
  try {
    const claim = await claimToCopy('127.0.0.1', 0);
    claim.close();
    return true;
  } catch {
    return false;
  }
}

export type CopyDescriptor = (descriptor: number) => number;

/** A second descriptor of the same file or socket, on systems where `/dev/fd` has those. */
const copyByPath: CopyDescriptor = (descriptor) => openSync(`/dev/fd/${descriptor}`, 'r+');

/** @throws also where descriptors cannot be copied */
export async function claimToCopy(host: string, port: number, copy: CopyDescriptor = copyByPath): Promise<ClaimedPort> {
  const server = await listening({ host, port });
  let original: number;
  try {
    original = copy(descriptorOf(server));
  } finally {
    // The copy keeps the listener; this one would take connections.
    await closed(server);
  }
  return {
    release: () => Promise.resolve(),
    target: (chosen) => ({ port: chosen, fd: copy(original) }),
    close: () => closeSync(original),
  };
}

/** Node does not publish the descriptor of a listener, but has kept it there since its beginnings. */
function descriptorOf(server: Server): number {
  const { _handle: handle } = server as Server & { readonly _handle?: { readonly fd?: number } };
  if (handle?.fd === undefined || handle.fd < 0) throw new Error('The listener has no descriptor.');
  return handle.fd;
}

function listening(options: { host: string; port: number; reusePort?: boolean }): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()));
}
