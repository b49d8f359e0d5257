import type { TestInfo } from '@playwright/test'
import type { TestResult } from '@playwright/test/reporter'
import type { LoadRecord } from '../../model/record.ts'

/** Playwright's reporters do not show attachments whose names begin with an underscore. */
const NAME = '_describe-load'

/** Attaches the record of a test. Unlike a file of describe-load's, an attachment is also part of a blob report. */
export async function attachRecord(info: TestInfo, record: LoadRecord): Promise<void> {
  await info.attach(NAME, { body: JSON.stringify(record), contentType: 'application/json' })
}

/** Returns the record of a test that has ended; undefined if it put no load on a target. */
export function attachedRecord({ attachments }: Pick<TestResult, 'attachments'>): LoadRecord | undefined {
  const body = attachments.find(({ name }) => name === NAME)?.body
  return body === undefined ? undefined : (JSON.parse(body.toString()) as LoadRecord)
}
