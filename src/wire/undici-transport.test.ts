import { createUndiciTransport } from './undici-transport.ts';
import { describeTransport } from './transport.contract.ts';

describeTransport('undici', createUndiciTransport);
