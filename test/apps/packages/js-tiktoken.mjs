import { encodingForModel, getEncoding, getEncodingNameForModel, Tiktoken } from 'js-tiktoken';
import { Tiktoken as LiteTiktoken } from 'js-tiktoken/lite';
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import gpt2 from 'js-tiktoken/ranks/gpt2';
import calls from './js-tiktoken-calls.cjs';

calls({ Tiktoken, getEncoding, encodingForModel, getEncodingNameForModel });
calls.lite({ Tiktoken: LiteTiktoken }, { cl100k, gpt2 });
