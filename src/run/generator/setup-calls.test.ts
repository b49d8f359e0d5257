import { expect, test } from 'vitest'
import { metric } from '../../measure/metric.ts'
import { MetricRecorder } from '../../measure/metric-recorder.ts'
import type { SetupFunction } from '../../model/setup.ts'
import { SetupCaller, SetupRunner } from './setup-calls.ts'

/** Calls a setup as a generator thread does whose own code has recorded `size` in characters. */
async function called(run: SetupFunction): Promise<unknown> {
  const ofThread = new MetricRecorder()
  ofThread.record('size', 1, { unit: 'characters' }, true)
  const caller = new SetupCaller(
    (question) => runner.handle(question),
    (name, value, options) => ofThread.record(name, value, options, true),
  )
  const runner = new SetupRunner({
    run,
    protocolOf: () => undefined,
    metrics: new MetricRecorder(),
    post: (order) => caller.handle(order),
  })
  const returned = await caller.ofLane(0)({ number: 0, send: () => Promise.resolve({ text: '' }) })
  return { returned, recorded: ofThread.take() }
}

test('a setup records metrics in the thread of its connection, also after it has waited', async () => {
  const recorded = { size: { unit: 'characters' }, logins: { unit: undefined } }
  const setup: SetupFunction = async ({ send }) => {
    await send({})
    metric('logins', 1)
    return 'token'
  }
  expect(await called(setup)).toMatchObject({ returned: 'token', recorded })
})

test('a setup whose metric contradicts that of other code in the thread fails', async () => {
  const setup: SetupFunction = () => metric('size', 1, { unit: 'bytes' })
  await expect(called(setup)).rejects.toMatchObject({
    code: 'ERR_LOAD_METRIC',
    message: expect.stringContaining("has the unit 'bytes' here and 'characters' in an earlier call") as string,
  })
})
