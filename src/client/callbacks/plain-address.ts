/** An address without what may be secret in it: user, password, query. Text that is no address is not shown. */
export function plainAddress(address: string): string {
  const url = URL.parse(address);
  return url === null ? '' : `${url.protocol}//${url.host}${url.pathname}`;
}
