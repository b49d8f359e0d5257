import type { Artifact, RunRecord } from '../model/record.ts'
import { countVerdicts } from '../model/verdict.ts'
import type { VerdictsFile } from '../model/verdicts-file.ts'
import { jsonText } from './json-text.ts'
import { verdictEntries } from './verdict-entries.ts'

/** `verdicts.json`: every verdict of this test run, without the results, for programs. */
export const verdictsJson: Artifact = {
  fileName: 'verdicts.json',
  render: (runs) => `${jsonText(fileOf(runs))}\n`,
}

function fileOf(runs: readonly RunRecord[]): VerdictsFile {
  const verdicts = verdictEntries(runs)
  const [first] = runs.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
  if (first === undefined) throw new RangeError('an artifact is rendered from at least one run')
  return {
    schema: 1,
    startedAt: first.startedAt,
    environment: first.environment,
    counts: Object.fromEntries(
      countVerdicts(verdicts).map(({ value, count }) => [value, count]),
    ) as VerdictsFile['counts'],
    verdicts,
  }
}
