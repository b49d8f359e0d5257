import { expect, test } from 'vitest'
import type { Figures } from '../model/figures.ts'
import { dropHints } from './drop-hints.ts'

function hints(droppedByReason: Figures['droppedByReason'], size = 100): readonly string[] {
  return dropHints({ droppedByReason }, { plan: { requestTimeoutMs: 10_000 }, pool: { size } })
}

test('explains requests that waited too long for a connection', () => {
  expect(hints({ 'pool-wait': 198 })).toEqual([
    '198 requests were dropped after waiting 10 s for a connection, because all 100 connections were in use: the target responds too slowly for this rate; if it can serve more requests at the same time, raise maxConnections',
  ])
})

test('explains requests that found no free connection', () => {
  expect(hints({ overflow: 1 }, 1)).toEqual([
    "1 request was dropped because the only connection was in use: raise maxConnections, or let requests wait with overflow: 'queue'",
  ])
})

test('gives no hint for other reasons, whose verdicts explain them', () => {
  expect(hints({ generator: 5, stopped: 3 })).toEqual([])
})
