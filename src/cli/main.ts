/**
 * Entry of the command line. Nothing of ours is imported statically, so that a Node that cannot run the program still
 * gets as far as the one line that says so, instead of a stack trace about a missing export.
 */
import module from 'node:module';

const MINIMUM_NODE = [22, 19] as const;

const parts = process.versions.node.split('.');
const major = Number(parts[0]);
const minor = Number(parts[1]);

if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
  process.stderr.write(
    `fast-litellm needs Node ${MINIMUM_NODE.join('.')} or later; this is Node ${process.versions.node}. ` +
      'Install a current Node from https://nodejs.org and start again.\n',
  );
  process.exitCode = 1;
} else {
  silenceSqliteWarning();
  // Compiled code is kept between starts, where the system lets it: a fifth of the start's CPU time.
  module.enableCompileCache();
  const { runProcess } = await import('./run-process.ts');
  await runProcess();
}

/** `node:sqlite` works as we use it; its experimental warning would be the first line that users see. No other is touched. */
function silenceSqliteWarning(): void {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    const text = typeof warning === 'string' ? warning : warning.message;
    if (text.startsWith('SQLite is an experimental feature')) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
}
