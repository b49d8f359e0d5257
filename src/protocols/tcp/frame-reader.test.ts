import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UnsolicitedMessages } from '../unsolicited-messages.ts'
import { frameEncoder } from './frame-encoding.ts'
import { FrameReader } from './frame-reader.ts'
import { frameFormat } from './framing.ts'
import { Pending } from './pending.ts'

const FORMAT = frameFormat({ length: 2 })
const REQUEST = frameEncoder(FORMAT)({ data: 'x' })
const NO_EVENTS = { onMessage: () => {}, onDone: () => {} }

/** One step on a connection: the client sends a request, or the server sends a frame of this many bytes. */
type Step = 'request' | number

interface Matched {
  /** For each frame, the number of the request that it answers, or −1. */
  readonly frames: readonly number[]
  readonly unsolicited: number
}

/** Reference implementation: a frame answers the oldest unanswered request that was sent before it. */
function expectedOf(steps: readonly Step[]): Matched {
  let sent = 0
  let answered = 0
  const frames: number[] = []
  for (const step of steps) {
    if (step === 'request') sent++
    else frames.push(answered < sent ? answered++ : -1)
  }
  return { frames, unsolicited: frames.filter((request) => request < 0).length }
}

/** Uses the reader. `cuts` splits each frame after its first byte and delays the rest, as a network may do. */
function readBy(steps: readonly Step[], cuts: () => number): Matched {
  let unsolicited = 0
  const messages = new UnsolicitedMessages({ onUnsolicited: (count) => (unsolicited += count), log: () => {} })
  const waiting: Pending[] = []
  const numbers = new Map<Pending, number>()
  const frames: number[] = []
  let askedBefore = 0
  const reader = new FrameReader(FORMAT, messages, {
    owner: () => (askedBefore > 0 ? waiting[0] : undefined),
    onFrame(owner) {
      waiting.shift()
      askedBefore--
      frames.push(numbers.get(owner) ?? Number.NaN)
    },
    onViolation: (_, message) => expect.unreachable(message),
  })
  const received = (bytes: Buffer): void => {
    askedBefore = waiting.length
    for (let at = 0; at < bytes.length;) {
      const before = unsolicited
      at = reader.push(bytes, at)
      if (unsolicited > before) frames.push(-1)
    }
  }
  let late = Buffer.alloc(0)
  for (const step of steps) {
    if (step === 'request') {
      const pending = new Pending(() => ({ bytesSent: 0, bytesReceived: 0 }))
      pending.begin(NO_EVENTS, REQUEST, 0)
      numbers.set(pending, numbers.size)
      waiting.push(pending)
      reader.sends(REQUEST)
      continue
    }
    const frame = Buffer.concat([FORMAT.prefix(step), Buffer.alloc(step)])
    // The first byte of a frame arrives at its step, together with the delayed rest of the previous frame.
    received(Buffer.concat([late, frame.subarray(0, 1)]))
    const cut = Math.min(frame.length, 1 + cuts())
    if (cut > 1) received(frame.subarray(1, cut))
    late = frame.subarray(cut)
  }
  if (late.length > 0) received(late)
  return { frames, unsolicited }
}

test('a frame answers the oldest request sent before its first byte arrived, however the bytes are split', () => {
  const step = fc.oneof(fc.constant<Step>('request'), fc.integer({ min: 0, max: 5 }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.infiniteStream(fc.nat(6)), (steps, cuts) => {
      expect(readBy(steps, () => cuts.next().value)).toEqual(expectedOf(steps))
    }),
  )
})
