/**
 * First index whose running sum is greater than `target`, in O(log n): members of weight 0 are never hit.
 * @param sums never falling, e.g. `[2, 2, 5]` for the weights 2, 0 and 3; the last index when none is greater
 */
export function firstAbove(sums: ArrayLike<number>, target: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] ?? 0) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
