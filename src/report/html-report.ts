import { createRequire } from 'node:module'
import type { Artifact } from '../model/record.ts'
import type { LoadResult } from '../model/result.ts'
import type * as ReportPage from './html/report-page.ts'

/** The build bundles it with the chart library into a file beside the others. */
const PAGE = import.meta.url.endsWith('.ts') ? './html/report-page.ts' : './report-page.js'

/**
 * `load_test_report.html`: everything about these runs, and the newest earlier run of each other suite, in one
 * self-contained page.
 */
export const htmlReport: Artifact = {
  fileName: 'load_test_report.html',
  render: (runs, earlier = []) => {
    return loaded().reportPage(runs, earlier)
  },
}

/** Returns the response times of a result over time as an SVG image; undefined if it has none. */
export function latencyImage(result: LoadResult): string | undefined {
  return loaded().latencyImageOf(result)
}

/**
 * Loads the page on demand, because it contains the chart library, and synchronously, because a report is also written
 * while a process exits.
 */
function loaded(): typeof ReportPage {
  return createRequire(import.meta.url)(PAGE) as typeof ReportPage
}
