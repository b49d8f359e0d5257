import { expect, test } from 'vitest'
import { durationNotices } from './duration-notice.ts'

test('a number that may mean seconds is explained', () => {
  expect(durationNotices({ duration: 30 })).toEqual([
    {
      topic: 'duration 30',
      text: "duration: 30 is 30 ms, because a number is in milliseconds\n    → write duration: '30s' for seconds, or duration: '30ms' to keep it",
    },
  ])
  expect(durationNotices({ duration: 100 })).toEqual([])
  expect(durationNotices({ duration: '30ms' })).toEqual([])
  expect(durationNotices({})).toEqual([])
})
