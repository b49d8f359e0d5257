import { describe, expect, test } from 'vitest'

import { fitUsl } from '../judge/analysis/usl.ts'
import type { CapacityFindings } from '../model/capacity-findings.ts'
import { uslSentence } from './capacity-sentences.ts'

function sentence(points: readonly (readonly [clients: number, rps: number])[]): string {
  const usl = fitUsl(points.map(([clients, rps]) => ({ clients, rps })))
  const findings = typeof usl === 'string' ? { usl: null, uslWhy: usl } : { usl, uslWhy: null }
  return uslSentence(findings as CapacityFindings)
}

describe('the sentence about the Universal Scalability Law', () => {
  test('gives every parameter and the peak with their intervals', () => {
    const points = [
      [1, 100],
      [2, 190],
      [4, 344],
      [8, 556],
      [16, 739],
      [32, 688],
      [64, 505],
    ] as const
    expect(sentence(points)).toMatchInlineSnapshot(
      `"Universal Scalability Law: γ 99.8 req/s (97.6–102), α 0.044 (0.038–0.05), β 0.0022 (0.0021–0.0024); throughput peaks at 746 req/s (730–761) with 21 clients (20–21)."`,
    )
  })

  test('reports no peak where the interval of β contains 0', () => {
    const points = [1, 2, 4, 8, 16, 32].map(
      (clients, i) => [clients, 100 * clients * (i % 2 === 0 ? 1 : 1.02)] as const,
    )
    expect(sentence(points)).toMatchInlineSnapshot(
      `"Universal Scalability Law: γ 101 req/s (98.3–104), α 0 (0–0.0067), β 0 (0–0.00016); the interval of β contains 0, so no peak is reported."`,
    )
  })

  test('reports no peak where the law deviates from the measurement', () => {
    const points = [1, 2, 4, 8, 16, 32].map((clients) => [clients, 100 * Math.min(8, clients)] as const)
    expect(sentence(points)).toMatchInlineSnapshot(
      `"Universal Scalability Law: γ 104 req/s (80.7–140), α 0 (0–0.071), β 0.0033 (0.00074–0.0064); it deviates from a measured throughput by 16%, so no peak is reported."`,
    )
  })

  test('says how many numbers of clients are missing', () => {
    expect(sentence([[1, 100]])).toBe(
      'The Universal Scalability Law was not fitted: it needs throughputs at 6 different numbers of clients, and this run has 1.',
    )
  })
})
