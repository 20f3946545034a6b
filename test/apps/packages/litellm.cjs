'use strict';

require('./litellm-calls.cjs')(require('litellm'));
