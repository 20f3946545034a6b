/**
 * Prices that hold only at some hours: `off_peak_pricing` of a price entry. Windows are UTC, may pass midnight, start
 * inclusive and end exclusive; a rule may be bound to weekdays of a named time zone. Malformed windows never match.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import { textAt } from './price-entry.ts';

const MINUTES_PER_HOUR = 60;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** Accepted spellings beside the three letters. */
const WEEKDAY_SPELLINGS: ReadonlyMap<string, number> = new Map([
  ['monday', 1],
  ['tues', 2],
  ['tuesday', 2],
  ['wednesday', 3],
  ['thur', 4],
  ['thurs', 4],
  ['thursday', 4],
  ['friday', 5],
  ['saturday', 6],
  ['sunday', 7],
]);

/** The block when `at` (milliseconds since the epoch) is off-peak under it, else null. */
export function openOffPeakBlock(entry: JsonObject, at: number): JsonObject | null {
  const block = entry['off_peak_pricing'];
  return isJsonObject(block) && isOffPeak(block, at) ? block : null;
}

function isOffPeak(block: JsonObject, at: number): boolean {
  if (windowsOf(block['hours_utc']).some((window) => isInside(window, at))) return true;
  const rules = block['windows'];
  if (!isJsonArray(rules)) return false;
  const zone = textAt(block, 'weekday_timezone');
  return rules.some(
    (rule) =>
      isJsonObject(rule) &&
      matchesWeekday(rule['weekdays'], zone, at) &&
      windowsOf(rule['hours_utc']).some((window) => isInside(window, at)),
  );
}

function windowsOf(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  return isJsonArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function isInside(window: string, at: number): boolean {
  const bounds = window.split('-').map(minutesOfDay);
  const [start, end] = bounds;
  if (bounds.length !== 2 || start == null || end == null) return false;
  const time = new Date(at);
  const now = time.getUTCHours() * MINUTES_PER_HOUR + time.getUTCMinutes();
  return start < end ? start <= now && now < end : now >= start || now < end;
}

function minutesOfDay(text: string): number | null {
  const match = /^\s*(\d{1,2}):(\d{1,2})\s*$/.exec(text);
  if (match === null) return null;
  const hours = Number(match[1]);
  const minutes = Number(match[2]);
  return hours < 24 && minutes < MINUTES_PER_HOUR ? hours * MINUTES_PER_HOUR + minutes : null;
}

function matchesWeekday(weekdays: JsonValue | undefined, zone: string | null, at: number): boolean {
  if (weekdays == null) return true;
  return isJsonArray(weekdays) && weekdays.some((day) => weekdayNumber(day) === isoWeekday(at, zone));
}

function weekdayNumber(value: JsonValue): number | null {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 1 && value <= 7 ? value : null;
  if (typeof value !== 'string') return null;
  const name = value.trim().toLowerCase();
  const index = WEEKDAYS.indexOf(name);
  return index >= 0 ? index + 1 : (WEEKDAY_SPELLINGS.get(name) ?? null);
}

/** An unknown time zone is read as UTC. */
function isoWeekday(at: number, zone: string | null): number {
  const timeZone = zone === null || zone.trim() === '' ? 'UTC' : zone.trim();
  let name: string;
  try {
    name = new Intl.DateTimeFormat('en-US', { weekday: 'short', timeZone }).format(at);
  } catch {
    name = new Intl.DateTimeFormat('en-US', { weekday: 'short', timeZone: 'UTC' }).format(at);
  }
  return WEEKDAYS.indexOf(name.toLowerCase()) + 1;
}
