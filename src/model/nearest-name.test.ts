import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearestName } from './nearest-name.ts'

const PATTERNS = ['constant', 'burst', 'ramp-up', 'sine-wave', 'random-walk', 'poisson']
const KEYS = ['target', 'pattern', 'rate', 'duration', 'concurrency', 'request', 'requestTimeout', 'sla', 'tls', 'seed']

describe('nearestName', () => {
  it.each([
    ['durration', 'duration'],
    ['duratoin', 'duration'],
    ['Duration', 'duration'],
    ['request_timeout', 'requestTimeout'],
    ['timeout', undefined],
    ['rte', 'rate'],
    ['concurency', 'concurrency'],
    ['banana', undefined],
    ['x', undefined],
    ['', undefined],
  ])('maps %j to the plan key %j', (written, meant) => {
    expect(nearestName(written, KEYS)).toBe(meant)
  })

  it.each([
    ['sinus', 'sine-wave'],
    ['sine', 'sine-wave'],
    ['ramp', 'ramp-up'],
    ['rampUp', 'ramp-up'],
    ['random', 'random-walk'],
    ['possion', 'poisson'],
    ['constnat', 'constant'],
    ['spike', undefined],
  ])('maps %j to the pattern %j', (written, meant) => {
    expect(nearestName(written, PATTERNS)).toBe(meant)
  })

  it('finds a name of 4 letters or more after one letter is lost, doubled or swapped', () => {
    const name = fc.constantFrom(...KEYS.filter((key) => key.length > 3))
    fc.assert(
      fc.property(name, fc.nat(), fc.constantFrom('lost', 'doubled', 'swapped'), (meant, position, slip) => {
        const at = position % (meant.length - 1)
        const [a, b] = [meant.charAt(at), meant.charAt(at + 1)]
        const middle = slip === 'lost' ? b : slip === 'doubled' ? a + a + b : b + a
        expect(nearestName(meant.slice(0, at) + middle + meant.slice(at + 2), KEYS)).toBe(meant)
      }),
    )
  })
})
