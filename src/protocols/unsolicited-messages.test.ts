import { expect, test } from 'vitest'
import { UnsolicitedMessages } from './unsolicited-messages.ts'

const silent = { log: () => {} }

test('listening ends with the messages so far when its signal aborts', async () => {
  const unsolicited = new UnsolicitedMessages(silent)
  const stop = new AbortController()
  const received = unsolicited.listen(2, 60_000, stop.signal)
  unsolicited.add(false)
  stop.abort()
  expect(await received).toBe(1)
  expect(await unsolicited.listen(2, 60_000, stop.signal)).toBe(1)
})
