/** One command line from arguments to exit code. Whatever goes wrong is one line on standard error, never a stack trace. */
import type { ParsedCommand } from './parse-arguments.ts';
import type { ProcessPort } from './ports.ts';
import { StartError, UsageError } from './usage-error.ts';

/** @returns the exit code, or null when the gateway now runs */
export async function runCommand(args: readonly string[], port: ProcessPort): Promise<number | null> {
  try {
    if (isVersionRequest(args)) {
      port.out(`fast-litellm ${port.version}\n`);
      return 0;
    }
    const { parseArguments } = await import('./parse-arguments.ts');
    return await run(parseArguments(args, port), port);
  } catch (error) {
    return await reportFailure(error, port);
  }
}

/** The most frequent call of scripts and images; it need not load the parser. */
function isVersionRequest(args: readonly string[]): boolean {
  return args.length === 1 && (args[0] === '--version' || args[0] === '-v');
}

async function run(command: ParsedCommand, port: ProcessPort): Promise<number | null> {
  switch (command.kind) {
    case 'print':
      port.out(command.text);
      return 0;
    case 'check':
      return await check(command, port);
    case 'acceleration': {
      const { askAcceleration } = await import('./ask-acceleration.ts');
      const { environment } = port;
      return await askAcceleration(command.command, { environment, out: (text) => port.out(text), fetch });
    }
    case 'serve': {
      const { askGateway, questionOf } = await import('./ask-gateway.ts');
      const question = questionOf(command.flags);
      if (question !== null) {
        return await askGateway(question, command.flags, {
          environment: port.environment,
          out: (text) => port.out(text),
          fetch,
          nowMs: () => port.uptimeMs(),
        });
      }
      const { serve } = await import('./serve.ts');
      await serve(command.flags, port);
      return command.flags.values.get('skip_server_startup') === true ? 0 : null;
    }
  }
}

async function check(command: Extract<ParsedCommand, { kind: 'check' }>, port: ProcessPort): Promise<number> {
  const [modules, { checkExitCode, renderCheckJson, renderCheckText }] = await Promise.all([
    port.loadModules(),
    import('../config/check.ts'),
  ]);
  const report = modules.checkConfig(command.config, command.withFallback);
  if (command.json) port.out(renderCheckJson(report, command.strict));
  else if (report.error === null) port.out(renderCheckText(report));
  else port.err(`fast-litellm: ${report.error}\n`);
  return checkExitCode(report, command.strict);
}

/** Their messages name what to correct. */
const FORESEEN: ReadonlySet<string> = new Set([
  'ConfigError',
  'PriceMapError',
  'FallbackError',
  'RolloutSettingsError',
]);

async function reportFailure(error: unknown, port: ProcessPort): Promise<number> {
  const { createSecretScrubber } = await import('./secret-scrubber.ts');
  const message = error instanceof Error ? error.message : String(error);
  const line = createSecretScrubber().scrub(message.replaceAll(/\s*\n\s*/g, ' ').trim());
  if (error instanceof UsageError) {
    port.err(`fast-litellm: ${line}\n`);
    return 2;
  }
  // An error that nobody foresaw keeps its name, so that a report of it is of use.
  const foreseen = error instanceof StartError || (error instanceof Error && FORESEEN.has(error.name));
  const name = error instanceof Error ? error.name : 'Error';
  port.err(foreseen ? `fast-litellm: ${line}\n` : `fast-litellm: the start failed. ${name}: ${line}\n`);
  return 1;
}
