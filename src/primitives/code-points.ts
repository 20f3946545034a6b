/**
 * Positions in a text by code points, as Python counts them: a pair of surrogates is one, a lone surrogate, too.
 * Linear in the distance; nothing is copied.
 */

/** Index of the code unit `count` code points behind `start`, at most the text's end. */
export function skipCodePoints(text: string, start: number, count: number): number {
  let at = start;
  for (let left = count; left > 0 && at < text.length; left--) at += isPairAt(text, at) ? 2 : 1;
  return at;
}

/** Index of the code unit `count` code points before the text's end, at least 0. */
export function skipCodePointsBack(text: string, count: number): number {
  let at = text.length;
  for (let left = count; left > 0 && at > 0; left--) at -= at > 1 && isPairAt(text, at - 2) ? 2 : 1;
  return at;
}

export function countCodePoints(text: string): number {
  let codePoints = 0;
  for (let at = 0; at < text.length; at += isPairAt(text, at) ? 2 : 1) codePoints++;
  return codePoints;
}

function isPairAt(text: string, at: number): boolean {
  if ((text.charCodeAt(at) & 0xfc_00) !== 0xd8_00) return false;
  return (text.charCodeAt(at + 1) & 0xfc_00) === 0xdc_00;
}
