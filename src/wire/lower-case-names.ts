/** Header names and values one after another, the names in lower case. */
export function lowerCaseNames(headers: readonly string[]): string[] {
  const list = new Array<string>(headers.length);
  for (let i = 0; i < headers.length; i += 2) {
    list[i] = (headers[i] ?? '').toLowerCase();
    list[i + 1] = headers[i + 1] ?? '';
  }
  return list;
}
