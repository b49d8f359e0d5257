import { percentileTable } from '../../model/hdr-codec.ts'
import { headlineResults } from '../headline-results.ts'
import type { Export } from './export.ts'

/** Longer names of results are cut in names of files. */
const MAX_NAME = 80

/**
 * A `.hgrm` file per result: the percentiles of its response time in ms, which the plotter of HdrHistogram
 * (https://hdrhistogram.github.io/HdrHistogram/plotFiles.html) compares with those of other runs.
 */
export const hgrm: Export<'hgrm'> = {
  name: 'hgrm',
  render: (runs) => {
    const used = new Set<string>()
    return headlineResults(runs).flatMap(({ name, result: { responseTime } }) => {
      if (responseTime.histogram === undefined) return []
      const fileName = `${unusedName(name, used)}.hgrm`
      return [{ fileName, text: percentileTable(responseTime.histogram) }]
    })
  },
}

/** Returns a name of letters, digits and dashes, which no file has yet. */
function unusedName(name: string, used: Set<string>): string {
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
  const base = words.slice(0, MAX_NAME).replaceAll(/^-|-$/g, '') || 'load'
  let unused = base
  for (let number = 2; used.has(unused); number++) unused = `${base}-${number}`
  used.add(unused)
  return unused
}
