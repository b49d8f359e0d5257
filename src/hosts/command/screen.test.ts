import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createScreen } from './screen.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Shows the state of a load once per second, and returns what was printed. */
function printed(seconds: number): string {
  // A pipe, as `output` is without a terminal.
  const pipe = new PassThrough()
  const screen = createScreen(pipe as unknown as NodeJS.WriteStream)
  screen.start('run: 50 req/s')
  for (let second = 0; second <= seconds; second++) {
    screen.live(`after ${second} s`)
    vi.advanceTimersByTime(1_000)
  }
  screen.live(undefined)
  screen.say('figures')
  screen.live('the next load')
  return String(pipe.read())
}

test('prints the start of a load and its figures without a terminal', () => {
  expect(printed(5)).toBe('run: 50 req/s\nfigures\n')
})

test('prints the state of a load every 10 s without a terminal', () => {
  expect(printed(25)).toBe('run: 50 req/s\nafter 10 s\nafter 20 s\nfigures\n')
})
