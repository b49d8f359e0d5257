/**
 * Timers and clocks as they are before a test replaces them, so that a load runs on time in a test with fake timers.
 * This requires that the file is imported before any test body runs. Only code that runs in a test's thread needs it.
 */
const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, queueMicrotask, performance, Date } =
  globalThis

export const realTime: {
  readonly setTimeout: typeof globalThis.setTimeout
  readonly clearTimeout: typeof globalThis.clearTimeout
  readonly setInterval: typeof globalThis.setInterval
  readonly clearInterval: typeof globalThis.clearInterval
  readonly setImmediate: typeof globalThis.setImmediate
  readonly queueMicrotask: typeof globalThis.queueMicrotask
  /** Monotonic, in ms since the start of the thread. */
  readonly now: () => number
  /** In ms since 1970. */
  readonly wallNow: () => number
} = {
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  queueMicrotask,
  now: performance.now.bind(performance),
  wallNow: Date.now,
}

export function realDelay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
