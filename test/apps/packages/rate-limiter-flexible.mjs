import * as api from 'rate-limiter-flexible';
import calls from './rate-limiter-calls.cjs';

// Not awaited: the program does nothing else.
calls(api);
