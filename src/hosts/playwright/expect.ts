import { expect as playwrightExpect } from '@playwright/test'
import { hostMatchers } from '../host-matchers.ts'
import { printNotice } from '../print-notice.ts'
import { countAssertion } from './assertions.ts'
import type { LoadExpect } from './matcher-types.ts'

/** Playwright's `expect`, extended with the matchers for load results. */
export const expect: LoadExpect = counting(playwrightExpect.extend(hostMatchers(printNotice)))

/** Names of the functions that return another `expect`. */
const DERIVING: ReadonlySet<string | symbol> = new Set(['configure', 'extend'])

/** Returns the same `expect`, which counts its assertions: Playwright does not. */
function counting<Expect extends (...given: never[]) => unknown>(counted: Expect): Expect {
  return new Proxy(counted, {
    apply(target, self, given: Parameters<Expect>) {
      countAssertion()
      return Reflect.apply(target, self, given)
    },
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      if (name === 'soft' || name === 'poll') return counting(value as Expect)
      if (!DERIVING.has(name)) return value
      return (...given: unknown[]) => counting(Reflect.apply(value, target, given) as Expect)
    },
  })
}
