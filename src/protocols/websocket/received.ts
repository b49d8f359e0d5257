/** A message as `ws` hands it over: in the pieces it came in where it is binary. */
export type Received = Buffer | readonly Buffer[]

/** Of the payload. */
export function bytesOf(message: Received): number {
  if (Buffer.isBuffer(message)) return message.length
  let bytes = 0
  for (const piece of message) bytes += piece.length
  return bytes
}

/** In one piece. */
export function wholeOf(message: Received): Buffer {
  if (Buffer.isBuffer(message)) return message
  const [first] = message
  return first !== undefined && message.length === 1 ? first : Buffer.concat(message)
}
