import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evenBatches, resultOf } from './result.builder.ts'
import { batchHistograms, batchTexts, packBatchTimes } from '../model/batch-times.ts'
import type { JudgedFigures } from '../model/figures.ts'
import { decodeHdr } from '../model/hdr-codec.ts'
import type { SparseHistogram } from '../model/hdr.ts'
import { sum } from '../model/sum.ts'

/** Returns the figures with packed response times. */
function packed(figures: JudgedFigures): JudgedFigures {
  return { ...figures, batches: { ...figures.batches, responseTime: packBatchTimes(figures, 'responseTime') } }
}

function countsOf(histograms: readonly SparseHistogram[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const { buckets, counts: each } of histograms) {
    for (let i = 0; i < buckets.length; i++) {
      counts.set(buckets[i] ?? 0, (counts.get(buckets[i] ?? 0) ?? 0) + (each[i] ?? 0))
    }
  }
  return counts
}

const latencies = fc.array(fc.array(fc.double({ min: 0.001, max: 60_000, noNaN: true }), { maxLength: 12 }), {
  minLength: 1,
  maxLength: 12,
})

test('packs the times of few requests without loss', () => {
  fc.assert(
    fc.property(latencies, (batches) => {
      const figures = resultOf({ batches: batches.map((responsesMs) => ({ responsesMs })) })
      const short = packed(figures)
      expect(short.batches.responseTime).toBeTypeOf('string')
      expect(batchTexts(short, 'responseTime')).toEqual(figures.batches.responseTime)
    }),
    { numRuns: 30 },
  )
})

describe('the times of many requests', () => {
  const figures = resultOf({
    batches: evenBatches(40, 400, (i) => 5 + 60 * (1 + Math.sin(i * 12.9898)) + (i >= 12_000 ? 40 : 0)),
  })
  const short = packed(figures)
  const histograms = batchHistograms(short, 'responseTime')

  test('take little space', () => {
    expect(JSON.stringify(figures.batches.responseTime).length).toBeGreaterThan(15_000)
    expect(short.batches.responseTime.length).toBeLessThan(2_000)
  })

  test('add up to the histogram of all batches, with the number of values in each', () => {
    const whole = decodeHdr(figures.responseTime.histogram ?? '')
    expect(countsOf(histograms)).toEqual(new Map(Array.from(whole.buckets, (bucket, i) => [bucket, whole.counts[i]])))
    expect(histograms.map(({ counts }) => sum(Array.from(counts)))).toEqual(figures.batches.successes)
  })

  test('move by less than 7%', () => {
    const mean = ({ buckets, counts }: SparseHistogram): number =>
      sum(Array.from(buckets, (bucket, i) => bucket * (counts[i] ?? 0))) / sum(Array.from(counts))
    for (const [batch, text] of batchTexts(figures, 'responseTime').entries()) {
      expect(Math.abs(mean(histograms[batch] ?? decodeHdr('')) - mean(decodeHdr(text)))).toBeLessThan(64)
    }
  })
})

test('keeps batches that do not add up to the histogram of the figures', () => {
  const figures = resultOf({ batches: evenBatches(4, 10, (i) => 5 + i) })
  const other = { ...figures, responseTime: resultOf({ batches: evenBatches(4, 9, (i) => 5 + i) }).responseTime }
  expect(packed(other).batches.responseTime).toEqual(figures.batches.responseTime)
})

test('rejects a text that belongs to another histogram', () => {
  const short = packed(resultOf({ batches: evenBatches(4, 10, (i) => 5 + i) }))
  const { responseTime } = resultOf({ batches: evenBatches(4, 30, (i) => 5 + i) })
  expect(() => batchHistograms({ ...short, responseTime }, 'responseTime')).toThrow(
    'batches.responseTime does not belong to the histogram of responseTime',
  )
})
