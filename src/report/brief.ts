import type { RunRecord } from '../model/record.ts'
import { countVerdicts } from '../model/verdict.ts'
import { formatCount } from '../wording/figures.ts'
import { verdictsJson } from './verdicts-json.ts'

/**
 * Returns one line about all verdicts, for a reader that reads everything else in files:
 * `load verdicts: 1 fail, 3 pass → reports/verdicts.json`. Returns nothing without verdicts.
 */
export function briefLines({
  runs,
  paths,
}: {
  readonly runs: readonly RunRecord[]
  readonly paths: readonly string[]
}): readonly string[] {
  const verdicts = runs.flatMap((run) => run.verdicts)
  if (verdicts.length === 0) return []
  const shown = countVerdicts(verdicts)
    .filter(({ count }) => count > 0)
    .map(({ value, count }) => `${formatCount(count)} ${value}`)
  const file = paths.find((path) => path.endsWith(verdictsJson.fileName))
  return [`load verdicts: ${shown.join(', ')}${file === undefined ? '' : ` → ${file}`}`]
}
