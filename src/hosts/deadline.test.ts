import { describe, expect, test, vi } from 'vitest'
import { Deadline } from './deadline.ts'
import { realDelay } from '../model/real-time.ts'

describe('the time of a test', () => {
  test('runs out', async () => {
    const expired = vi.fn<() => void>()
    new Deadline(20, expired).resume()
    await realDelay(150)
    expect(expired).toHaveBeenCalledTimes(1)
  })

  test('stands still while paused, and goes on where it stood', async () => {
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

  test('is extended by what a load needs', async () => {
    const expired = vi.fn<() => void>()
    const deadline = new Deadline(30, expired)
    deadline.resume()
    deadline.extend(60_000)
    await realDelay(150)
    expect(expired).not.toHaveBeenCalled()
    deadline.end()
  })

  test('does not start again once the test is over', async () => {
    const expired = vi.fn<() => void>()
    const deadline = new Deadline(10, expired)
    deadline.end()
    deadline.resume()
    await realDelay(100)
    expect(expired).not.toHaveBeenCalled()
  })

  test('runs in real time, whatever time the test pretends it is', async () => {
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
