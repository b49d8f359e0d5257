import { describe, expect, test, vi } from 'vitest'
import { Deadline } from './deadline.ts'
import { realDelay } from '../model/real-time.ts'

describe('the timeout of a test', () => {
  test('expires', async () => {
    const expired = vi.fn<() => void>()
    new Deadline(20, expired).resume()
    await realDelay(150)
    expect(expired).toHaveBeenCalledTimes(1)
  })

  test('stops while paused, and continues from there', async () => {
    const expired = vi.fn<() => void>()
    const deadline = new Deadline(60, expired)
    deadline.resume()
    deadline.pause()
    await realDelay(150)
    expect(expired).not.toHaveBeenCalled()
    deadline.resume()
    await realDelay(250)
    expect(expired).toHaveBeenCalledTimes(1)
  })

  test('is extended by the needs of a load', async () => {
    const expired = vi.fn<() => void>()
    const deadline = new Deadline(30, expired)
    deadline.resume()
    deadline.extend(60_000)
    await realDelay(150)
    expect(expired).not.toHaveBeenCalled()
    deadline.end()
  })

  test('does not restart after the test has ended', async () => {
    const expired = vi.fn<() => void>()
    const deadline = new Deadline(10, expired)
    deadline.end()
    deadline.resume()
    await realDelay(100)
    expect(expired).not.toHaveBeenCalled()
  })

  test('uses real time even if the test has fake timers', async () => {
    vi.useFakeTimers()
    try {
      const expired = vi.fn<() => void>()
      new Deadline(20, expired).resume()
      await realDelay(150)
      expect(expired).toHaveBeenCalledTimes(1)
    } finally {
      vi.useRealTimers()
    }
  })
})
