import { Buffer } from 'node:buffer'
import type { TestContext } from 'vitest'
import type { LoadRecord } from '../../model/record.ts'
import { cleanUnknown } from '../../model/text/clean.ts'
import { latencyImage } from '../../report/html-report.ts'
import { describeRun, figureLines } from '../../report/result-summary.ts'

/** Number of loads of one test that are annotated; the report of a suite has the others. */
const ANNOTATED = 4

/** Annotates a test with the key figures of its loads, each with its response times over time as an image. */
export async function annotateLoads(context: TestContext, record: LoadRecord | undefined): Promise<void> {
  for (const result of record?.results.slice(0, ANNOTATED) ?? []) {
    const figures = figureLines(result, 0).map((line) => line.replace(/\s+/g, ' '))
    const message = cleanUnknown([describeRun(result), ...figures].join('; '))
    const image = latencyImage(result)
    await (image === undefined
      ? context.annotate(message)
      : context.annotate(message, { contentType: 'image/svg+xml', body: Buffer.from(image).toString('base64') }))
  }
}
