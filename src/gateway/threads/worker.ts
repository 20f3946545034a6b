/** Entry of a worker thread. The gateway is imported once compiled code is kept, which each thread asks for itself. */
import module from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { ToWorker, WorkerStart } from './contract.ts';

const control = parentPort;
if (control !== null) {
  module.enableCompileCache();
  const { serveLane } = await import('./serve-lane.ts');
  const { startGateway } = await import('../start-gateway.ts');
  serveLane({
    start: workerData as WorkerStart,
    post: (message) => control.postMessage(message),
    listen: (onMessage) => void control.on('message', (message: ToWorker) => onMessage(message)),
    startGateway,
    exit: (code) => process.exit(code),
  });
}
