/** Longer names are cut: a caller's megabyte must not come back to it in an error. */
const LONGEST_SHOWN_NAME = 256;

/** A name from outside as an error repeats it. */
export function shownName(name: string): string {
  return name.length <= LONGEST_SHOWN_NAME ? name : `${name.slice(0, LONGEST_SHOWN_NAME)}… (${name.length} characters)`;
}
