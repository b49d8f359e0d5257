import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Returns the bytes that this process really uses, without garbage. */
export async function liveBytes(): Promise<number> {
  collectGarbage()
  // The buffers of collected objects are freed a moment later.
  await setTimeout(5)
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
