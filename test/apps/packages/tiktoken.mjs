import * as tiktoken from 'tiktoken';
import cl100k from 'tiktoken/encoders/cl100k_base.json' with { type: 'json' };
import gpt2 from 'tiktoken/encoders/gpt2.json' with { type: 'json' };
import * as lite from 'tiktoken/lite';
import calls from './tiktoken-calls.cjs';

calls(tiktoken);
calls.lite(lite, { cl100k, gpt2 });
