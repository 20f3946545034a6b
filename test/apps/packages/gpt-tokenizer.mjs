import * as main from 'gpt-tokenizer';
import * as cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import * as harmony from 'gpt-tokenizer/encoding/o200k_harmony';
import * as p50k from 'gpt-tokenizer/encoding/p50k_base';
import * as gpt4o from 'gpt-tokenizer/model/gpt-4o';
import calls from './gpt-tokenizer-calls.cjs';

// Not awaited: the program does nothing else.
calls({ main, cl100k, harmony, p50k, 'gpt-4o': gpt4o }, main.ALL_SPECIAL_TOKENS);
