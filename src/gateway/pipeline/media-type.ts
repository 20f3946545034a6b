/** Media types by file ending, in the forms that the reference sends to providers. Public registrations (IANA, RFC 4337…). */
const BY_ENDING: ReadonlyMap<string, string> = new Map([
  ['wav', 'audio/x-wav'],
  ['mp3', 'audio/mpeg'],
  ['mpga', 'audio/mpeg'],
  ['mpeg', 'video/mpeg'],
  ['m4a', 'audio/mp4'],
  ['mp4', 'video/mp4'],
  ['flac', 'audio/flac'],
  ['ogg', 'audio/ogg'],
  ['oga', 'audio/ogg'],
  ['opus', 'audio/opus'],
  ['webm', 'video/webm'],
]);

/** @returns null for endings that are not known here */
export function mediaTypeOf(fileName: string): string | null {
  const dot = fileName.lastIndexOf('.');
  return dot < 0 ? null : (BY_ENDING.get(fileName.slice(dot + 1).toLowerCase()) ?? null);
}
