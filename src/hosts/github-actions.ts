import { appendFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { env } from 'node:process'
import { messageOf } from '../model/thrown.ts'
import { annotations, MAX_ANNOTATIONS } from '../report/github/annotations.ts'
import { jobSummary, MAX_SUMMARY_BYTES } from '../report/github/job-summary.ts'
import { verdictEntries } from '../report/verdict-entries.ts'
import { ciSystem } from './ci-system.ts'
import type { WrittenReports } from './write-reports.ts'

interface GitHubOptions {
  readonly root: string
  /** Whether the host's own reporter for GitHub Actions runs: it annotates every error of a failed test. */
  readonly hostAnnotates: boolean
  /** Prints lines, each at the beginning of a line. */
  readonly log: (text: string) => void
  readonly warn: (text: string) => void
}

/** In GitHub Actions, adds a section to the summary of the job, and annotates verdicts that the host does not. */
export function reportToGitHub(written: WrittenReports, options: GitHubOptions): void {
  if (ciSystem(env) !== 'github' || written.runs.length === 0) return
  annotate(written, options)
  const path = env['GITHUB_STEP_SUMMARY']
  if (path === undefined || path === '') return
  try {
    // The host and other programs of the same step write into this file, too.
    const usedBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    appendFileSync(path, jobSummary(written.runs, { ...runUrl(), paths: written.paths }, MAX_SUMMARY_BYTES - usedBytes))
  } catch (error) {
    options.warn(`the summary of the job could not be written: ${messageOf(error)}`)
  }
}

function annotate({ runs }: WrittenReports, { root, hostAnnotates, log }: GitHubOptions): void {
  const entries = verdictEntries(runs)
  const isAnnotated = (entry: (typeof entries)[number]): boolean =>
    hostAnnotates && entry.red && entry.state === 'failed'
  const left = MAX_ANNOTATIONS - entries.filter(isAnnotated).length
  const lines = annotations(
    entries.filter((entry) => !isAnnotated(entry)),
    runs,
    (file) => resolve(root, file),
    left,
  )
  if (lines.length > 0) log(`\n${lines.join('\n')}`)
}

function runUrl(): { readonly runUrl?: string } {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env
  if (server === undefined || repository === undefined || id === undefined) return {}
  return { runUrl: `${server}/${repository}/actions/runs/${id}` }
}
