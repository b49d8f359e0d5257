import type { LoadRecord } from '../model/record.ts'
import { worstFirst } from '../model/verdict.ts'
import { keyFigures } from './verdict-entries.ts'

/** A figure of a test for a report of the test runner, such as a `<property>` of JUnit. */
export interface TestProperty {
  readonly name: string
  readonly value: string
}

/** Results of one test that have properties; a suite measures many. */
const MAX_RESULTS = 10

/**
 * Returns the main figures of a test: `load.p99Ms` and so on, in ms, shares, and rates in `load.rateUnit`. From the
 * second result of a test on, its number is part of the name: `load.2.p99Ms`.
 */
export function testProperties({ results, verdicts }: LoadRecord): readonly TestProperty[] {
  const [worst] = worstFirst(verdicts)
  const figures = results.slice(0, MAX_RESULTS).flatMap((result, index) => {
    const prefix = index === 0 ? 'load' : `load.${index + 1}`
    const values = Object.entries(keyFigures(result)).flatMap(([name, value]): (readonly [string, string])[] =>
      value === null ? [] : [[name, typeof value === 'number' ? String(Number(value.toPrecision(6))) : value]],
    )
    return [...values, ['seed', result.seed] as const].map(([name, value]) => ({ name: `${prefix}.${name}`, value }))
  })
  return worst === undefined ? figures : [{ name: 'load.verdict', value: worst.verdict }, ...figures]
}
