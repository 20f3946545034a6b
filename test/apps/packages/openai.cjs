'use strict';

require('./openai-calls.cjs')(require('openai').OpenAI);
