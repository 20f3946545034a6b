import * as tiktoken from '@dqbd/tiktoken';
import cl100k from '@dqbd/tiktoken/encoders/cl100k_base.json' with { type: 'json' };
import gpt2 from '@dqbd/tiktoken/encoders/gpt2.json' with { type: 'json' };
import * as lite from '@dqbd/tiktoken/lite';
import calls from './tiktoken-calls.cjs';

calls(tiktoken);
calls.lite(lite, { cl100k, gpt2 });
