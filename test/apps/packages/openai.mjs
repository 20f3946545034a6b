import OpenAI from 'openai';
import calls from './openai-calls.cjs';

await calls(OpenAI);
