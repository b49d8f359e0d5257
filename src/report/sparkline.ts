const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/**
 * Returns values over time as one bar each, `▁▂▅█`, from 0 to the largest value; a space where nothing was measured, and
 * nothing if nothing was measured at all.
 * More values than `width` are joined, and the largest of those that share a bar counts.
 */
export function sparkline(values: readonly (number | null)[], width: number): string {
  if (values.every((value) => value === null)) return ''
  const shown = values.length <= width ? values : largestOfParts(values, width)
  const top = Math.max(...shown.map((value) => value ?? 0))
  return shown.map((value) => (value === null ? ' ' : barOf(value, top))).join('')
}

function barOf(value: number, top: number): string {
  const step = top > 0 ? Math.ceil((value / top) * BARS.length) - 1 : 0
  return BARS[Math.max(0, step)] ?? BARS[0]
}

function largestOfParts(values: readonly (number | null)[], parts: number): readonly (number | null)[] {
  return Array.from({ length: parts }, (_, part) => {
    const from = Math.floor((part * values.length) / parts)
    const until = Math.floor(((part + 1) * values.length) / parts)
    const measured = values.slice(from, until).filter((value) => value !== null)
    return measured.length === 0 ? null : Math.max(...measured)
  })
}
