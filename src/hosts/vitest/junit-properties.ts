import type { TestCase } from 'vitest/node'
import type { LoadRecord } from '../../model/record.ts'
import { testProperties } from '../../report/test-properties.ts'
import { valueAt } from './value-at.ts'

/**
 * Adds the figures of a test to its properties in the JUnit report, which Vitest fills from the annotations of the test.
 * They are added in Vitest's main process, and only for that report: other reporters print each annotation, and GitHub
 * shows at most ten of them.
 */
export function addJunitProperties(testCase: TestCase, record: LoadRecord): void {
  const annotations = valueAt(testCase, 'task', 'annotations')
  if (!Array.isArray(annotations)) return
  for (const { name, value } of testProperties(record)) annotations.push({ type: name, message: value })
}
