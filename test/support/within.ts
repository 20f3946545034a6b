/** Whether something happens within that time. */
export async function within(ms: number, what: Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  void what.then(() => resolve(true));
  const inTime = await promise;
  clearTimeout(timer);
  return inTime;
}
