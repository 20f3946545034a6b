/**
 * Switches of the router that are written as text or as a number, made `true` and `false` before anything reads them:
 * `'True'`, `'false'`, 1, 0, `'1'`, `'0'`. A variable of the environment is never anything else. Whatever else stands there
 * is left for the rules to refuse. Pure.
 *
 * Differs from LiteLLM, for which every text that is not empty is true, `'False'` and `'0'` too.
 */
import { dictGet, type PyDict, type PyValue } from '../yaml/py-value.ts';
import { SWITCHES } from './router-setting-rules.ts';

const MEANINGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** @param root the document, its references resolved */
export function plainSwitches(root: PyDict): PyDict {
  const settings = dictGet(root, 'router_settings');
  if (settings?.kind !== 'dict') return root;
  const plain: PyDict = {
    ...settings,
    entries: settings.entries.map(({ key, value }) => {
      const isSwitch = key.kind === 'str' && SWITCHES.includes(key.value);
      return { key, value: isSwitch ? plainSwitch(value) : value };
    }),
  };
  return {
    ...root,
    entries: root.entries.map((entry) => (entry.value === settings ? { key: entry.key, value: plain } : entry)),
  };
}

function plainSwitch(value: PyValue): PyValue {
  if (value.kind !== 'str' && value.kind !== 'int') return value;
  const meaning = MEANINGS.get(String(value.value).trim().toLowerCase());
  return meaning === undefined ? value : { kind: 'bool', value: meaning, place: value.place };
}
