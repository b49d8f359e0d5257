/**
 * Timers and clocks as they are before a test replaces them: a test with fake timers still has a load that runs on time.
 * This file is imported before any test body runs, which is what makes it true.
 */
const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis

export const realTime: {
  readonly setTimeout: typeof globalThis.setTimeout
  readonly clearTimeout: typeof globalThis.clearTimeout
  readonly setInterval: typeof globalThis.setInterval
  readonly clearInterval: typeof globalThis.clearInterval
  /** Monotonic, in ms. */
  readonly now: () => number
} = { setTimeout, clearTimeout, setInterval, clearInterval, now: performance.now.bind(performance) }

export function realDelay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
