import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'

import { NOTHING, type TargetWatch } from '../../measure/monitor/watch.ts'
import { resolvePlan } from '../../plan/resolve-plan.ts'
import { monotonicMs } from '../../traffic/clock.ts'
import { placementOf } from '../generator/placement.ts'
import { vocabulary } from '../vocabulary.ts'
import { Watch } from './watch.ts'

type Page = ReturnType<TargetWatch['sample']>

const answer: Awaited<Page> = { ...NOTHING, rssMb: 100 }

/** Watches a metrics page until it has one sample, `restMs` before the end of a run. */
async function watchPage(restMs: number): Promise<{ readonly watch: Watch; answerWith(page: () => Page): void }> {
  let sample = (): Page => Promise.resolve(answer)
  const page: TargetWatch = {
    pids: [],
    unwatched: undefined,
    unwatchedNetwork: undefined,
    sample: () => sample(),
    follow() {},
    stop() {},
  }
  const plan = resolvePlan({ target: 'http://127.0.0.1:1', rate: 10, duration: '10s' }, vocabulary, { name: 'watch' })
  const resources = { descriptors: null, ports: null, availableBytes: 8 * 2 ** 30, cores: 2 }
  const watch = Watch.start(plan, [], placementOf(plan), resources, page, () => {})
  watch.measureFrom(monotonicMs())
  await vi.waitUntil(() => watch.figures().samples.length > 0, { timeout: 10_000, interval: 5 })
  watch.endSamples()
  await delay(restMs)
  return { watch, answerWith: (next) => (sample = next) }
}

test('takes a last sample of a metrics page after at least half a second', async () => {
  const { watch } = await watchPage(520)
  await watch.sampleRest()
  expect(watch.figures().samples).toMatchObject([{ rssMb: 100 }, { rssMb: 100 }])
})

test('takes no last sample of a metrics page after a shorter time', async () => {
  const { watch } = await watchPage(0)
  await watch.sampleRest()
  expect(watch.figures().samples).toMatchObject([{ rssMb: 100 }])
})

test('does not wait for a metrics page that answers after the end of the run, and ignores it', async () => {
  const { watch, answerWith } = await watchPage(520)
  const late = Promise.withResolvers<Awaited<Page>>()
  answerWith(() => late.promise)
  await watch.sampleRest()
  late.resolve(answer)
  await delay(0)
  expect(watch.figures().samples).toMatchObject([{ rssMb: 100 }])
})
