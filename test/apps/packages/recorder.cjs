/** What a program of these tests saw, for comparing runs with and without the hook: one JSON document on stdout. */
'use strict';

const { writeSync } = require('node:fs');

const seen = {};

/** Notes what a call gives, or the class and message of what it throws. */
function note(name, call) {
  if (name in seen) throw new Error(`noted twice: ${name}`);
  try {
    seen[name] = shown(call());
  } catch (error) {
    seen[name] = { thrown: shown(error) };
  }
}

/** The same for a promise. */
async function noteLater(name, call) {
  if (name in seen) throw new Error(`noted twice: ${name}`);
  try {
    seen[name] = shown(await call());
  } catch (error) {
    seen[name] = { rejected: shown(error) };
  }
}

function shown(value) {
  if (value instanceof Error) return { class: value.constructor.name, name: value.name, message: value.message };
  if (ArrayBuffer.isView(value)) return { [value.constructor.name]: [...value] };
  if (value === undefined) return { is: 'undefined' };
  if (typeof value === 'function') return { is: 'function', name: value.name, length: value.length };
  return value;
}

process.on('exit', () => {
  const bytes = Buffer.from(JSON.stringify(seen));
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at);
});

module.exports = { note, noteLater };
