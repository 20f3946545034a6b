/**
 * Every flag of the command line as one row: LiteLLM's name, environment variable, default and kind, the group it is
 * shown under, and, where LiteLLM's flag has no meaning here, the notice that is printed once when somebody uses it.
 * The parser, the help text and the tests read this table; there is no second list.
 */
type FlagKind = 'text' | 'integer' | 'number' | 'switch' | 'boolean' | 'optional-text';

export const FLAG_GROUPS = [
  'Serving',
  'One model without a file',
  'TLS',
  'Logging',
  'Asking a running gateway',
  'LiteLLM',
] as const;

export interface Flag {
  /** Long name without dashes; LiteLLM's are written with underscores and also accepted with dashes. */
  readonly name: string;
  readonly short?: string;
  readonly kind: FlagKind;
  /** Shown in the help text, e.g. `<path>`. */
  readonly value?: string;
  /** Environment variable; the flag wins over it. */
  readonly variable?: string;
  /** Smallest and largest value of an integer. */
  readonly range?: readonly [number, number];
  /** A word that an integer may be instead. */
  readonly word?: string;
  readonly group: (typeof FLAG_GROUPS)[number];
  readonly help: string;
  /** What to tell a user of a flag that has no effect here; empty: accepted silently. */
  readonly notice?: string;
}

const DATABASE = 'no database is used yet, so there is nothing to set up';
const ONE_PROCESS = 'the gateway is one process with its own server';

export const FLAGS: readonly Flag[] = [
  {
    name: 'config',
    short: 'c',
    kind: 'text',
    value: '<path>',
    variable: 'CONFIG_FILE_PATH',
    group: 'Serving',
    help: "LiteLLM's config.yaml, unchanged",
  },
  {
    name: 'host',
    kind: 'text',
    value: '<address>',
    variable: 'HOST',
    group: 'Serving',
    help: 'address to listen on (default 0.0.0.0; 127.0.0.1 while no master_key is set)',
  },
  {
    name: 'port',
    kind: 'integer',
    value: '<number>',
    variable: 'PORT',
    range: [0, 65_535],
    group: 'Serving',
    help: 'port to listen on (default 4000, or a random one when that is taken)',
  },
  {
    name: 'watch',
    kind: 'switch',
    group: 'Serving',
    help: 'load the config again whenever the file changes (SIGHUP always does)',
  },
  {
    name: 'drain-timeout',
    kind: 'number',
    value: '<seconds>',
    group: 'Serving',
    help: 'time for running requests after SIGTERM (default 30)',
  },
  {
    name: 'keepalive_timeout',
    kind: 'integer',
    value: '<seconds>',
    variable: 'KEEPALIVE_TIMEOUT',
    range: [0, 86_400],
    group: 'Serving',
    help: 'time an idle client connection is kept',
  },
  {
    name: 'num_workers',
    kind: 'integer',
    value: '<number>',
    variable: 'NUM_WORKERS',
    range: [1, 1_024],
    word: 'auto',
    group: 'Serving',
    help: 'threads that serve, or auto: one per processor (default 1)',
  },
  {
    name: 'fallback',
    kind: 'text',
    value: '<url|spawn>',
    variable: 'FAST_LITELLM_FALLBACK',
    group: 'Serving',
    help: 'a real LiteLLM for everything that is not served natively: its address, or spawn to run one with the same config',
  },
  {
    name: 'data-dir',
    kind: 'text',
    value: '<path>',
    group: 'Serving',
    help: 'folder for what the gateway keeps on disk (default ./.fast-litellm)',
    notice: 'nothing is kept on disk yet',
  },
  {
    name: 'request_timeout',
    kind: 'integer',
    value: '<seconds>',
    range: [0, 1_000_000],
    group: 'Serving',
    help: 'as litellm_settings.request_timeout',
  },
  { name: 'drop_params', kind: 'switch', group: 'Serving', help: 'as litellm_settings.drop_params: true' },
  { name: 'max_budget', kind: 'number', value: '<usd>', group: 'Serving', help: 'as litellm_settings.max_budget' },
  { name: 'skip_server_startup', kind: 'switch', group: 'Serving', help: 'load the config, report, and leave' },

  {
    name: 'model',
    short: 'm',
    kind: 'text',
    value: '<name>',
    group: 'One model without a file',
    help: 'serve this model, e.g. openai/gpt-4o, for every model name',
  },
  { name: 'alias', kind: 'text', value: '<name>', group: 'One model without a file', help: 'public name of --model' },
  {
    name: 'api_base',
    kind: 'text',
    value: '<url>',
    group: 'One model without a file',
    help: 'where --model is served',
  },
  {
    name: 'api_version',
    kind: 'text',
    value: '<date>',
    group: 'One model without a file',
    help: 'Azure API version of --model',
  },
  {
    name: 'headers',
    kind: 'text',
    value: '<json>',
    group: 'One model without a file',
    help: 'headers to send with --model, as a JSON object',
  },
  {
    name: 'temperature',
    kind: 'number',
    value: '<number>',
    group: 'One model without a file',
    help: 'temperature of --model where the request has none',
  },
  {
    name: 'max_tokens',
    kind: 'integer',
    value: '<number>',
    range: [1, 100_000_000],
    group: 'One model without a file',
    help: 'max_tokens of --model where the request has none',
  },

  {
    name: 'ssl_keyfile_path',
    kind: 'text',
    value: '<path>',
    variable: 'SSL_KEYFILE_PATH',
    group: 'TLS',
    help: 'private key (PEM); with a certificate, serves https',
  },
  {
    name: 'ssl_certfile_path',
    kind: 'text',
    value: '<path>',
    variable: 'SSL_CERTFILE_PATH',
    group: 'TLS',
    help: 'certificate chain (PEM)',
  },
  { name: 'ciphers', kind: 'text', value: '<list>', group: 'TLS', help: 'TLS ciphers, OpenSSL syntax' },

  {
    name: 'log-level',
    kind: 'text',
    value: '<level>',
    variable: 'LITELLM_LOG',
    group: 'Logging',
    help: 'trace, debug, info, warn, error or silent (default info)',
  },
  {
    name: 'json-logs',
    kind: 'switch',
    variable: 'JSON_LOGS',
    group: 'Logging',
    help: 'one JSON object a line, on standard output',
  },
  { name: 'debug', kind: 'switch', variable: 'DEBUG', group: 'Logging', help: 'as --log-level debug' },
  {
    name: 'detailed_debug',
    kind: 'switch',
    variable: 'DETAILED_DEBUG',
    group: 'Logging',
    help: 'as --log-level trace',
  },

  { name: 'health', kind: 'switch', group: 'Asking a running gateway', help: 'print what GET /health answers' },
  {
    name: 'test',
    kind: 'optional-text',
    value: '[url]',
    group: 'Asking a running gateway',
    help: 'send one chat request, plain and streamed',
  },
  {
    name: 'test_async',
    kind: 'switch',
    group: 'Asking a running gateway',
    help: 'send --num_requests chat requests at once',
  },
  {
    name: 'num_requests',
    kind: 'integer',
    value: '<number>',
    range: [1, 100_000],
    group: 'Asking a running gateway',
    help: 'how many requests --test and --test_async send (--test_async: 10)',
  },

  {
    name: 'telemetry',
    kind: 'boolean',
    value: '<bool>',
    group: 'LiteLLM',
    help: 'accepted; nothing is ever sent',
    notice: '',
  },
  { name: 'local', kind: 'switch', group: 'LiteLLM', help: 'accepted, no effect', notice: '' },
  {
    name: 'add_key',
    kind: 'text',
    value: '<key>',
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: 'keys are read from the environment or the config file',
  },
  {
    name: 'save',
    kind: 'switch',
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: 'nothing is saved; write a config.yaml instead',
  },
  {
    name: 'setup',
    kind: 'switch',
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: 'there is no wizard; without --config the providers whose keys the environment holds are served',
  },
  {
    name: 'use_queue',
    kind: 'switch',
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: 'there is no queue to use',
  },
  {
    name: 'add_function_to_prompt',
    kind: 'switch',
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: 'functions are sent to the provider as they are',
  },
  {
    name: 'log_config',
    kind: 'text',
    value: '<path>',
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: 'a uvicorn log file does not apply; see --log-level and --json-logs',
  },
  { name: 'reload', kind: 'switch', group: 'LiteLLM', help: 'as --watch' },
  { name: 'run_gunicorn', kind: 'switch', group: 'LiteLLM', help: 'accepted, no effect', notice: ONE_PROCESS },
  { name: 'run_hypercorn', kind: 'switch', group: 'LiteLLM', help: 'accepted, no effect', notice: ONE_PROCESS },
  { name: 'run_granian', kind: 'switch', group: 'LiteLLM', help: 'accepted, no effect', notice: ONE_PROCESS },
  {
    name: 'granian_threads',
    kind: 'integer',
    value: '<number>',
    variable: 'GRANIAN_RUNTIME_THREADS',
    range: [1, 4_096],
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: ONE_PROCESS,
  },
  {
    name: 'timeout_worker_healthcheck',
    kind: 'integer',
    value: '<seconds>',
    variable: 'TIMEOUT_WORKER_HEALTHCHECK',
    range: [0, 86_400],
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: ONE_PROCESS,
  },
  {
    name: 'max_requests_before_restart',
    kind: 'integer',
    value: '<number>',
    variable: 'MAX_REQUESTS_BEFORE_RESTART',
    range: [0, 1_000_000_000],
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: 'the process does not need to be recycled',
  },
  {
    name: 'max_requests_before_restart_jitter',
    kind: 'integer',
    value: '<number>',
    variable: 'MAX_REQUESTS_BEFORE_RESTART_JITTER',
    range: [0, 1_000_000_000],
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: 'the process does not need to be recycled',
  },
  {
    name: 'limit_concurrency',
    kind: 'integer',
    value: '<number>',
    variable: 'LIMIT_CONCURRENCY',
    range: [1, 1_000_000],
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: 'connections are not limited here; limit them in front of the gateway',
  },
  {
    name: 'prometheus_metrics_port',
    kind: 'integer',
    value: '<number>',
    variable: 'PROMETHEUS_METRICS_PORT',
    range: [1, 65_535],
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: 'there is no separate metrics server yet',
  },
  {
    name: 'iam_token_db_auth',
    kind: 'switch',
    variable: 'IAM_TOKEN_DB_AUTH',
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: DATABASE,
  },
  { name: 'azure_postgresql_auth', kind: 'switch', group: 'LiteLLM', help: 'accepted, no effect', notice: DATABASE },
  { name: 'use_prisma_db_push', kind: 'switch', group: 'LiteLLM', help: 'accepted, no effect', notice: DATABASE },
  {
    name: 'enforce_prisma_migration_check',
    kind: 'switch',
    variable: 'ENFORCE_PRISMA_MIGRATION_CHECK',
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: DATABASE,
  },
  {
    name: 'use_v2_migration_resolver',
    kind: 'switch',
    variable: 'USE_V2_MIGRATION_RESOLVER',
    group: 'LiteLLM',
    help: 'accepted, no effect',
    notice: DATABASE,
  },
];
