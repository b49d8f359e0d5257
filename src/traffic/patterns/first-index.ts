/** The first index below `length` for which `holds`, given that it holds for all after it; `length − 1` when none does. */
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
