/** A message from `ws`: a text message in one piece, a binary message in the pieces that arrived. */
export type Received = Buffer | readonly Buffer[]

/** Returns the bytes of the payload. */
export function bytesOf(message: Received): number {
  if (Buffer.isBuffer(message)) return message.length
  let bytes = 0
  for (const piece of message) bytes += piece.length
  return bytes
}

/** Returns the payload in one piece. */
export function wholeOf(message: Received): Buffer {
  if (Buffer.isBuffer(message)) return message
  const [first] = message
  return first !== undefined && message.length === 1 ? first : Buffer.concat(message)
}
