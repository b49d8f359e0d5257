import { expect, test } from 'vitest'
import type { NoUslFitFacts } from '../model/capacity-findings.ts'
import { noUslFit } from './usl.ts'

test.each<[NoUslFitFacts, string]>([
  [
    { code: 'few-points', requiredPoints: 6, points: 1 },
    'the fit needs throughputs at 6 different numbers of clients, and this run has 1',
  ],
  [
    { code: 'law-not-followed' },
    'the throughputs do not follow the law, which would predict an infinite throughput for one client',
  ],
])('formats %o', (facts, message) => {
  expect(noUslFit(facts)).toEqual({ ...facts, message })
})
