import { describe, expect, it } from 'vitest';
import { FLAGS } from './flags.ts';
import { parseArguments, type ParsedCommand } from './parse-arguments.ts';
import { UsageError } from './usage-error.ts';

function parse(args: readonly string[], environment: Record<string, string> = {}): ParsedCommand {
  return parseArguments(args, { version: '1.2.3', environment: new Map(Object.entries(environment)) });
}

function values(args: readonly string[], environment: Record<string, string> = {}): Record<string, unknown> {
  const command = parse(args, environment);
  if (command.kind !== 'serve') throw new Error(`expected serve, got ${command.kind}`);
  return Object.fromEntries(command.flags.values);
}

/** LiteLLM 1.102.4's options, so that no script that starts it breaks. */
const LITELLM_OPTIONS = `
host port num_workers granian_threads api_base api_version model alias add_key headers save debug detailed_debug
use_queue temperature max_tokens request_timeout drop_params add_function_to_prompt config max_budget telemetry
log_config setup version health test test_async iam_token_db_auth azure_postgresql_auth num_requests run_gunicorn
run_hypercorn run_granian ssl_keyfile_path ssl_certfile_path ciphers use_prisma_db_push local skip_server_startup
keepalive_timeout timeout_worker_healthcheck max_requests_before_restart max_requests_before_restart_jitter
limit_concurrency enforce_prisma_migration_check use_v2_migration_resolver reload prometheus_metrics_port`
  .trim()
  .split(/\s+/);

describe('the command line', () => {
  it('knows every option of LiteLLM', () => {
    const known = new Set([...FLAGS.map((flag) => flag.name), 'version']);
    expect(LITELLM_OPTIONS.filter((name) => !known.has(name))).toEqual([]);
  });

  it('takes values in both of click’s forms and by the short names', () => {
    expect(values(['--config', 'a.yaml', '--port=8080', '-m', 'openai/gpt-4o', '--debug'])).toEqual({
      config: 'a.yaml',
      port: 8080,
      model: 'openai/gpt-4o',
      debug: true,
    });
    expect(values(['-c', 'b.yaml'])).toEqual({ config: 'b.yaml' });
  });

  it('takes LiteLLM’s names with dashes too, and leaves values alone', () => {
    expect(values(['--num-workers', '2', '--api-base=http://--num-workers'])).toEqual({
      num_workers: 2,
      api_base: 'http://--num-workers',
    });
  });

  it('reads variables, and lets flags win over them', () => {
    const environment = { PORT: '5000', HOST: '::1', NUM_WORKERS: '1', CONFIG_FILE_PATH: 'x.yaml', DEBUG: 'True' };
    expect(values(['--port', '6000'], environment)).toEqual({
      port: 6000,
      host: '::1',
      num_workers: 1,
      config: 'x.yaml',
      debug: true,
    });
  });

  it('takes a number of workers, or auto', () => {
    expect(values(['--num_workers', 'AUTO'])).toEqual({ num_workers: 'auto' });
    expect(values([], { NUM_WORKERS: 'auto' })).toEqual({ num_workers: 'auto' });
    expect(values(['--num_workers', '4'], { NUM_WORKERS: 'auto' })).toEqual({ num_workers: 4 });
  });

  it('treats an empty variable as absent', () => {
    expect(values([], { PORT: '', DEBUG: '' })).toEqual({});
  });

  it('does not fail on a DEBUG that belongs to another program, but says so', () => {
    const command = parse([], { DEBUG: 'express:*' });
    expect(command.kind === 'serve' && command.flags.values.has('debug')).toBe(false);
    expect(command.kind === 'serve' && command.flags.notices).toEqual([
      'The variable DEBUG is not a yes or no; --debug stays off.',
    ]);
  });

  it('gives one notice for each flag without effect, and none for the harmless ones', () => {
    const command = parse(['--run_gunicorn', '--telemetry', 'False', '--local', '--use_queue']);
    const notices = command.kind === 'serve' ? command.flags.notices : [];
    expect(notices).toHaveLength(2);
    expect(notices.join('\n')).toMatch(/--use_queue has no effect: .*\n--run_gunicorn has no effect: /s);
  });

  it.each([
    [['--port', 'abc'], 'The option --port needs a whole number, not "abc".'],
    [['--port', '70000'], 'The option --port must be between 0 and 65535, not 70000.'],
    [['--num_workers', 'many'], 'The option --num_workers needs a whole number or "auto", not "many".'],
    [['--num_workers', '0'], 'The option --num_workers must be between 1 and 1024, not 0.'],
    [['--temperature', 'warm'], 'The option --temperature needs a number, not "warm".'],
    [['--telemetry', 'maybe'], 'The option --telemetry needs true or false, not "maybe".'],
    [['--prot', '1'], "Unknown option '--prot' (Did you mean --port?)"],
    [['serve', 'me'], 'Unknown command: serve me.'],
    [['--config'], "Option '-c, --config <path>' argument missing."],
    [['check'], 'Name the file to check: "fast-litellm check config.yaml".'],
    [['check', 'a.yaml', '--config', 'b.yaml'], 'Two files to check are named.'],
    [['check', 'a.yaml', 'b.yaml'], 'Unknown command'],
  ])('refuses %j with one line', (args, line) => {
    expect(() => parse(args)).toThrow(UsageError);
    expect(() => parse(args)).toThrow(line);
  });

  it('refuses a wrong number in a variable by its name', () => {
    expect(() => parse([], { PORT: 'http' })).toThrow('The variable PORT needs a whole number, not "http".');
  });

  it('parses check', () => {
    expect(parse(['check', 'c.yaml', '--strict'])).toEqual({
      kind: 'check',
      config: 'c.yaml',
      strict: true,
      json: false,
      withFallback: false,
    });
    expect(parse(['check', 'c.yaml', '--fallback', 'spawn'])).toMatchObject({ kind: 'check', withFallback: true });
  });

  it('parses what is asked of a running gateway', () => {
    const url = 'http://127.0.0.1:4000';
    expect(parse(['status'])).toEqual({ kind: 'acceleration', command: { url, json: false, change: null } });
    expect(parse(['status', '--port', '4001', '--json'])).toMatchObject({
      command: { url: 'http://127.0.0.1:4001', json: true },
    });
    expect(parse(['rollout', 'route:/v1/embeddings', 'canary', '10', '--url', 'https://gateway'])).toMatchObject({
      command: { url: 'https://gateway', change: { component: 'route:/v1/embeddings', mode: 'canary:10' } },
    });
    expect(() => parse(['rollout', 'route:/v1/embeddings'])).toThrow(UsageError);
    expect(() => parse(['rollout', 'route:/v1/embeddings', 'sometimes'])).toThrow(/not a mode/);
  });

  it.each([
    [['check', '--config', 'c.yaml']],
    [['check', '-c', 'c.yaml']],
    [['check', '--config=c.yaml']],
    [['--config', 'c.yaml', 'check']],
    [['check', 'c.yaml', '--config', 'c.yaml']],
  ])('takes the file of %j as it takes that of `check c.yaml`', (args) => {
    expect(parse(args)).toEqual(parse(['check', 'c.yaml']));
  });

  it('groups the help, shows variables and examples, and prints the version', () => {
    const help = parse(['--help']);
    expect(help.kind === 'print' && help.text).toMatch(/Serving:[^]*--port <number>[^]*\[PORT\][^]*Examples:/);
    expect(parse(['--version', '--debug'])).toEqual({ kind: 'print', text: 'fast-litellm 1.2.3\n' });
  });
});
