/** Writes the verdicts of a run to `out/faults.md`, and prints them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { Reporter, TestModule } from 'vitest/node';
import { together, type Judgement } from '../support/verdict.ts';

const FILE = path.join(import.meta.dirname, '../../out/faults.md');

export class VerdictReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const judgements = new Map<string, Judgement>();
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { fault } = test.meta();
        if (fault === undefined) continue;
        const key = fault.setUp === 'default' ? fault.id : `${fault.id} (${fault.setUp})`;
        const before = judgements.get(key);
        judgements.set(key, before === undefined ? fault : together([before, fault]));
      }
    }
    const rows = [...judgements].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
    const table = [
      '| entry | verdict | why not better |',
      '| --- | --- | --- |',
      ...rows.map(([key, { verdict, reasons }]) => `| ${key} | ${verdict} | ${cell(reasons.join('; '))} |`),
    ].join('\n');
    mkdirSync(path.dirname(FILE), { recursive: true });
    writeFileSync(FILE, `${table}\n`);
    process.stdout.write(`\n${table}\n`);
  }
}

function cell(text: string): string {
  return text.replaceAll(/[|\r\n]/g, ' ').slice(0, 300);
}
