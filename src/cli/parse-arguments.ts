/**
 * The command line as one value. commander parses and writes the help text; its rows come from the table in flags.ts.
 * Unknown commands and options end with exit code 2, as click does.
 */
import { Command, CommanderError, Option } from 'commander';
import { modeOf, type AccelerationCommand } from './ask-acceleration.ts';
import { DEFAULT_PORT } from './listen-address.ts';
import { readFlagValues, type FlagValues } from './flag-values.ts';
import { FLAG_GROUPS, FLAGS, type Flag } from './flags.ts';
import { UsageError } from './usage-error.ts';

export type ParsedCommand =
  | { readonly kind: 'serve'; readonly flags: FlagValues }
  | {
      readonly kind: 'check';
      readonly config: string;
      readonly strict: boolean;
      readonly json: boolean;
      readonly withFallback: boolean;
    }
  | { readonly kind: 'acceleration'; readonly command: AccelerationCommand }
  | { readonly kind: 'print'; readonly text: string };

export interface ParseContext {
  readonly version: string;
  readonly environment: ReadonlyMap<string, string>;
}

const EXAMPLES = `
Examples:
  fast-litellm                                       simulated/* and every OpenAI-compatible provider whose key is set
  fast-litellm --config config.yaml                  what "litellm --config config.yaml" served, on the same port
  fast-litellm --config config.yaml --watch          and follow changes of the file
  fast-litellm --model openai/gpt-4o                 one model, no file
  fast-litellm check config.yaml                     what of a file is served natively, and what is not
  fast-litellm --config config.yaml --fallback spawn and a LiteLLM behind it for everything else
  fast-litellm status                                who answers what, how fast, and why
  fast-litellm rollout route:/v1/embeddings canary 10   one tenth of a route natively, the rest by LiteLLM
  fast-litellm --test http://127.0.0.1:4000          ask a running gateway one question

Exit codes: 0 done, 1 the configuration or the start failed, 2 wrong usage.`;

/** @throws UsageError */
export function parseArguments(args: readonly string[], context: ParseContext): ParsedCommand {
  let printed = '';
  let parsed: ParsedCommand | undefined;
  const program = createProgram(context, (command) => (parsed = command));
  configureOutput(program, (text) => (printed += text));
  try {
    program.parse(withUnderscores(args), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text: printed };
    if (error.code === 'commander.excessArguments') {
      throw new UsageError(`Unknown command: ${program.args.join(' ')}. Try "fast-litellm --help".`);
    }
    throw new UsageError(`${sentence(error.message)} Try "fast-litellm --help".`);
  }
  if (parsed === undefined) throw new UsageError('Nothing to do. Try "fast-litellm --help".');
  return parsed;
}

function createProgram(context: ParseContext, onCommand: (command: ParsedCommand) => void): Command {
  const program = new Command('fast-litellm')
    .description("LiteLLM's gateway, faster: the same config file, routes, headers and errors.")
    .usage('[options]')
    .version(`fast-litellm ${context.version}`, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this text')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .showSuggestionAfterError(true)
    .allowExcessArguments(false);
  for (const group of FLAG_GROUPS) {
    for (const flag of FLAGS) if (flag.group === group) program.addOption(toOption(flag));
  }
  program.action((options: Record<string, unknown>) => {
    onCommand({ kind: 'serve', flags: readFlagValues(givenFlags(program, options), context.environment) });
  });
  program
    .command('check')
    .description('say what of a config file is served natively, and what is not')
    .argument('[config]', 'path of the config file; --config <path> and -c <path> say the same')
    .option('--strict', 'exit code 1 when any key is not served natively')
    .option('--json', 'print the findings as JSON')
    .exitOverride()
    .action((config: string | undefined, options: { strict?: boolean; json?: boolean }) => {
      const path = fileToCheck(config, program.opts()['config']);
      const withFallback = Boolean(program.opts()['fallback'] ?? context.environment.get('FAST_LITELLM_FALLBACK'));
      const { strict = false, json = false } = options;
      onCommand({ kind: 'check', config: path, strict, json, withFallback });
    });
  addAccelerationCommands(program, onCommand);
  return program;
}

interface GatewayOptions {
  readonly url?: string;
  readonly json?: boolean;
}

function addAccelerationCommands(program: Command, onCommand: (command: ParsedCommand) => void): void {
  const asking = (command: Command): Command =>
    command
      .option(
        '--url <address>',
        `address of the gateway (default: http://127.0.0.1:${DEFAULT_PORT}, or --host and --port)`,
      )
      .option('--json', 'print the answer as JSON')
      .addHelpText('after', '\nThe master key is read from LITELLM_MASTER_KEY.')
      .exitOverride();
  const tell = ({ url, json }: GatewayOptions, change: AccelerationCommand['change']): void => {
    const { host = '127.0.0.1', port = DEFAULT_PORT } = program.opts<{ host?: string; port?: string }>();
    const command = { url: url ?? `http://${host}:${port}`, json: json === true, change };
    onCommand({ kind: 'acceleration', command });
  };
  asking(program.command('status').description('show the components of a running gateway')).action(
    (options: GatewayOptions) => tell(options, null),
  );
  asking(program.command('rollout').description('set the mode of a component of a running gateway'))
    .argument('<component>', 'name as `status` shows it, e.g. route:/v1/embeddings')
    .argument('<mode>', 'on, off, shadow, canary, gradual, or configured for what the configuration says')
    .argument('[value]', 'percent of canary, schedule of gradual: 1,10,50,100@10m')
    .action((component: string, mode: string, value: string | undefined, options: GatewayOptions) =>
      tell(options, { component, mode: modeOf(mode, value) }),
    );
}

/** @param flag of the whole program, which commander takes behind the command too @throws UsageError */
function fileToCheck(argument: string | undefined, flag: unknown): string {
  const named = [argument, flag].filter((path) => typeof path === 'string' && path !== '');
  const [path] = named;
  if (typeof path !== 'string')
    throw new UsageError('Name the file to check: "fast-litellm check config.yaml". Try "fast-litellm --help".');
  if (named.some((other) => other !== path))
    throw new UsageError('Two files to check are named. Name one, with --config or without.');
  return path;
}

function configureOutput(program: Command, write: (text: string) => void): void {
  const output = { writeOut: write, writeErr: () => {}, getOutHelpWidth: () => 110 };
  program.configureOutput(output);
  for (const command of program.commands) command.configureOutput(output);
}

function toOption(flag: Flag): Option {
  const short = flag.short === undefined ? '' : `-${flag.short}, `;
  const value = flag.kind === 'switch' ? '' : ` ${flag.value ?? '<value>'}`;
  const variable = flag.variable === undefined ? '' : ` [${flag.variable}]`;
  return new Option(`${short}--${flag.name}${value}`, flag.help + variable).helpGroup(`${flag.group}:`);
}

function givenFlags(program: Command, options: Record<string, unknown>): Map<string, string | boolean> {
  const given = new Map<string, string | boolean>();
  const names = new Map(program.options.map((option) => [option.name(), option.attributeName()]));
  for (const flag of FLAGS) {
    const value = options[names.get(flag.name) ?? flag.name];
    if (typeof value === 'string' || typeof value === 'boolean') given.set(flag.name, value);
  }
  return given;
}

/** `--num-workers` means `--num_workers`; only names of the table are touched, never values. */
function withUnderscores(args: readonly string[]): string[] {
  const known = new Map(
    FLAGS.filter((flag) => flag.name.includes('_')).map((flag) => [flag.name.replaceAll('_', '-'), flag.name]),
  );
  const end = args.indexOf('--');
  return args.map((arg, index) => {
    if (!arg.startsWith('--') || (end !== -1 && index >= end)) return arg;
    const equals = arg.indexOf('=');
    const name = arg.slice(2, equals === -1 ? undefined : equals);
    const underscored = known.get(name);
    return underscored === undefined ? arg : `--${underscored}${equals === -1 ? '' : arg.slice(equals)}`;
  });
}

function sentence(message: string): string {
  const text = message
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ');
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!)]$/.test(capital) ? capital : `${capital}.`;
}
