import * as litellm from 'litellm';
import calls from './litellm-calls.cjs';

await calls(litellm);
