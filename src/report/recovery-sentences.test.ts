import { expect, test } from 'vitest'

import type { LimitsFindings, Recovery } from '../model/limits-findings.ts'
import type { McpStressFindings } from '../model/mcp-stress-findings.ts'
import { recoverySentence as limitsSentence } from './limits-sentences.ts'
import { recoverySentence as stressSentence } from './mcp-stress-sentences.ts'

test.each([
  [
    { recovered: true, recoverMs: 0, resolutionMs: 200 },
    'Recovery: immediate (within 200 ms) after a 2 s overload, at half of the sustained rate.',
    'Recovery: immediate (within 200 ms) after the stress phase.',
  ],
  [
    { recovered: true, recoverMs: 1_800, resolutionMs: 200 },
    'Recovery: 1.8 s after a 2 s overload, at half of the sustained rate.',
    'Recovery: 1.8 s after the stress phase.',
  ],
  [
    { recovered: false, recoverMs: null },
    'Recovery: none within 6 s after a 2 s overload, at half of the sustained rate.',
    'Recovery: none before the run ended.',
  ],
  [
    { recovered: null, recoverMs: null },
    'Recovery: not measured, because the search found no limit to exceed.',
    'Recovery: not measured, because too little traffic followed the stress phase.',
  ],
] as const)('reports %j in one sentence', (recovery, ofLimits, ofStress) => {
  expect(limitsSentence({ recovery } as unknown as LimitsFindings)).toBe(ofLimits)
  expect(stressSentence(stressed(recovery, true))).toBe(ofStress)
})

test('says why no recovery from stress was measured, or no time', () => {
  expect(stressSentence(stressed({ recovered: null, recoverMs: null }, false))).toBe(
    'Recovery: not measured, because the baseline was not healthy.',
  )
  expect(stressSentence(stressed({ recovered: true, recoverMs: null }, true))).toBe(
    'Recovery: the phase after stress was healthy, but too short to show when the server had recovered.',
  )
})

function stressed(recovery: Recovery, healthy: boolean): McpStressFindings {
  return { recovery, phases: [{ name: 'baseline', healthy }] } as unknown as McpStressFindings
}
