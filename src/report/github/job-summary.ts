import type { RunRecord } from '../../model/record.ts'
import { fitted } from './markdown.ts'
import { overviewSections, type ReportLink } from './overview.ts'

/** GitHub shows no summary of a step that is larger than 1 024 KiB. */
export const MAX_SUMMARY_BYTES = 1_024_000

/**
 * Returns the section about load tests for the summary of a job on GitHub, in at most `maxBytes`: the verdicts, the
 * worst figures, the way to the report, the failures and charts. Returns an empty text if not even the verdicts fit.
 */
export function jobSummary(runs: readonly RunRecord[], link: ReportLink, maxBytes: number = MAX_SUMMARY_BYTES): string {
  return fitted(['\n## Load tests', ...overviewSections(runs, link)], (text) => Buffer.byteLength(text), maxBytes)
}
