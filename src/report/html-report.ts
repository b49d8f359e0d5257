import { createRequire } from 'node:module'
import type { Artifact } from '../model/record.ts'
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
    // Loaded on demand and synchronously: it contains the chart library, and a report is also written while a process
    // exits.
    const { reportPage } = createRequire(import.meta.url)(PAGE) as typeof ReportPage
    return reportPage(runs, earlier)
  },
}
