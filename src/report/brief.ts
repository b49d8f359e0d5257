import type { RunRecord } from '../model/record.ts'
import { VERDICT_ORDER } from '../model/verdict.ts'
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
  const values = runs.flatMap(({ verdicts }) => verdicts.map(({ verdict }) => verdict))
  if (values.length === 0) return []
  const counts = VERDICT_ORDER.map((value) => ({ value, count: values.filter((each) => each === value).length }))
  const shown = counts.filter(({ count }) => count > 0).map(({ value, count }) => `${count} ${value}`)
  const file = paths.find((path) => path.endsWith(verdictsJson.fileName))
  return [`load verdicts: ${shown.join(', ')}${file === undefined ? '' : ` → ${file}`}`]
}
