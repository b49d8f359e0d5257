import { describe, expect, test } from 'vitest'
import type { JourneyFunction } from '../../model/journey.ts'
import type { AnyRequest } from '../../model/requests.ts'
import { journeyMaker } from './journey-maker.ts'
import type { JourneySteps, Step } from './journey-steps.ts'

function stepsOf(steps: JourneyFunction, number = 0, seed = 'cafe'): JourneySteps<AnyRequest> {
  return journeyMaker({ journey: steps, seed, issuesOf: () => [] })(number)
}

/** Returns every step of a journey whose steps all get the same response. */
function allSteps(steps: JourneyFunction, number = 0, seed = 'cafe'): Step<AnyRequest>[] {
  const made = stepsOf(steps, number, seed)
  const all: Step<AnyRequest>[] = []
  for (let step = made.next(undefined); step !== undefined; step = made.next({ text: 'ok' })) all.push(step)
  return all
}

const THINKER: JourneyFunction = function* ({ send, think }) {
  yield* think(100)
  yield* send({ name: 'a' })
  yield* think(1_000, 3_000)
  yield* send({ name: 'b' })
  yield* think(10, 20)
  yield* think(10, 20)
  yield* send({ name: 'c' })
  yield* think(5_000)
}

test('steps carry the sent request, and their name or position', () => {
  const steps = allSteps(function* ({ send }) {
    yield* send({ name: 'login', path: '/login' })
    yield* send({ path: '/a' })
    yield* send({ path: '/b' })
  })
  expect(steps).toEqual([
    { operation: 'login', payload: { name: 'login', path: '/login' }, thinkMs: 0 },
    { operation: 'step 2', payload: { path: '/a' }, thinkMs: 0 },
    { operation: 'step 3', payload: { path: '/b' }, thinkMs: 0 },
  ])
})

test('each step receives the previous response and the number of its journey', () => {
  const made = stepsOf(function* ({ number, send }) {
    const login = yield* send({ read: 'json' })
    const cart = yield* send({ path: `/${number}/${login.json.token}`, read: 'text' })
    yield* send({ path: `/${cart.text}` })
  }, 7)
  made.next(undefined)
  expect(made.next({ text: '', json: { token: 't' } })?.payload).toEqual({ path: '/7/t', read: 'text' })
  expect(made.next({ text: 'cart' })?.payload).toEqual({ path: '/cart' })
  expect(made.next(undefined)).toBeUndefined()
})

describe('think time', () => {
  test('precedes the next step and is uniformly distributed between its bounds', () => {
    const drawn = Array.from({ length: 2_000 }, (_, number) => allSteps(THINKER, number).map(({ thinkMs }) => thinkMs))
    expect(drawn.every(([first]) => first === 100)).toBe(true)
    const second = drawn.map(([, thinkMs = 0]) => thinkMs)
    expect(Math.min(...second)).toBeGreaterThanOrEqual(1_000)
    expect(Math.max(...second)).toBeLessThan(3_000)
    // The mean of 2 000 uniform draws over 2 s has a standard error of 12.9 ms, and the draws are seeded.
    expect(Math.abs(second.reduce((sum, ms) => sum + ms, 0) / 2_000 - 2_000)).toBeLessThan(4 * 12.9)
    expect(drawn.every(([, , twice = 0]) => twice >= 20 && twice < 40)).toBe(true)
  })

  test('is the same for the same seed and number, and different for others', () => {
    const thinks = (number: number, seed: string): number[] =>
      allSteps(THINKER, number, seed).map((step) => step.thinkMs)
    expect(thinks(3, 'cafe')).toEqual(thinks(3, 'cafe'))
    expect(thinks(3, 'cafe')).not.toEqual(thinks(4, 'cafe'))
    expect(thinks(3, 'cafe')).not.toEqual(thinks(3, 'beef'))
  })

  test.each([[-1], [Number.NaN], [3_000, 1_000], [0, Number.POSITIVE_INFINITY]])(
    'rejects an invalid time: %j',
    (...ms) => {
      const made = stepsOf(function* ({ think }) {
        yield* think(...(ms as [number]))
      })
      expect(() => made.next(undefined)).toThrow('think must be a time in ms')
    },
  )
})

describe('reports', () => {
  test('an error thrown by a journey, with the journey number, the step and the stack', () => {
    const made = stepsOf(function* ({ send }) {
      const login = yield* send({ name: 'login' })
      yield* send({ path: login.json.token })
    }, 12)
    made.next(undefined)
    let thrown: unknown
    try {
      made.next(undefined)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'ERR_LOAD_JOURNEY', cause: expect.any(TypeError) })
    const { message, stack } = thrown as Error
    expect(message).toMatch(
      /^journey 12 after step "login" threw TypeError: the response to "login" has no json, because its request does not read it: write read: 'json' there \(.*journey-maker\.test\.ts:\d+\)$/,
    )
    expect(stack).toContain('journey-maker.test.ts')
  })

  test('a send without the asterisk', () => {
    const made = stepsOf(function* ({ send }) {
      yield send({ path: '/' }) as never
    })
    expect(() => made.next(undefined)).toThrow('write yield* send({ … }) or yield* think(1_000), with the asterisk')
  })

  test('a journey that sends nothing', () => {
    const made = stepsOf(function* ({ send, think }) {
      void send({ path: '/' })
      yield* think(10)
    })
    expect(() => made.next(undefined)).toThrow('journey 0 sent nothing')
  })

  test('a step that is not a request of its protocol', () => {
    const issuesOf = (value: unknown, key: string): [{ key: string; value: unknown; rule: string }] => [
      { key, value, rule: 'is wrong' },
    ]
    const steps: JourneyFunction = function* ({ send }) {
      yield* send({ name: 'cart', path: 'cart' })
    }
    const made = journeyMaker({ journey: steps, seed: '1', issuesOf })(0)
    expect(() => made.next(undefined)).toThrow('journey step cart is wrong')
  })
})
