import type { TestInfo } from '@playwright/test'
import type { LoadRecord } from '../../model/record.ts'
import { cleanUnknown } from '../../model/text/clean.ts'
import { latencyImage } from '../../report/html-report.ts'
import { describeRun, figureLines } from '../../report/result-summary.ts'

/** Number of loads of one test that are annotated; the report of a suite has the others. */
const ANNOTATED = 4

/** Annotates a test with the key figures of its loads, and attaches their response times over time as images. */
export async function annotateLoads(info: TestInfo, { results }: LoadRecord): Promise<void> {
  for (const [index, result] of results.slice(0, ANNOTATED).entries()) {
    const figures = figureLines(result, 0).map((line) => line.replace(/\s+/g, ' '))
    info.annotations.push({ type: 'load', description: cleanUnknown([describeRun(result), ...figures].join('; ')) })
    const image = latencyImage(result)
    if (image === undefined) continue
    const name = results.length === 1 ? 'response times' : `response times of load ${index + 1}`
    await info.attach(name, { body: image, contentType: 'image/svg+xml' })
  }
}
