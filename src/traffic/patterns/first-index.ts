/**
 * Returns the first index below `length` for which `holds` is true, or `length − 1` if there is none. Once `holds` is
 * true, it must be true for every later index.
 */
export function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
