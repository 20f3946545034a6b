/** Entry of a worker thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { startGateway } from '../start-gateway.ts';
import type { ToWorker, WorkerStart } from './contract.ts';
import { serveLane } from './serve-lane.ts';

const control = parentPort;
if (control !== null) {
  serveLane({
    start: workerData as WorkerStart,
    post: (message) => control.postMessage(message),
    listen: (onMessage) => void control.on('message', (message: ToWorker) => onMessage(message)),
    startGateway,
    exit: (code) => process.exit(code),
  });
}
