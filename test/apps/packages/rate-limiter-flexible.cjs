'use strict';

require('./rate-limiter-calls.cjs')(require('rate-limiter-flexible'));
