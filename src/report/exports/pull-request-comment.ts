import type { RunRecord } from '../../model/record.ts'
import { fitted } from '../github/markdown.ts'
import { isRed, overviewSections } from '../github/overview.ts'
import type { Export } from './export.ts'

/** GitHub refuses comments of more than 65 536 characters; the rest is for the words around it. */
const MAX_CHARACTERS = 60_000

/**
 * `pull_request_comment.md`: a comment for a pull request. Its first line says whether a reader must act, and identifies
 * the comment, so that a workflow updates it instead of adding another one (`docs/ci.md`).
 */
export const pullRequestComment: Export<'pull-request-comment'> = {
  name: 'pull-request-comment',
  automaticIn: 'github',
  render: (runs) => [{ fileName: 'pull_request_comment.md', text: commentOf(runs) }],
}

function commentOf(runs: readonly RunRecord[]): string {
  const head = `<!-- describe-load: ${isRed(runs) ? 'red' : 'green'} -->\n### Load tests`
  return fitted([head, ...overviewSections(runs, { paths: [] })], (text) => text.length, MAX_CHARACTERS)
}
