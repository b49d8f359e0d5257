/** Returns the bytes of a frame from a server: header and payload (RFC 6455, 5.2). */
export function frameBytes(payload: number): number {
  return payload + (payload < 126 ? 2 : payload < 65_536 ? 4 : 10)
}

/** Returns the bytes of a frame from a client: header, the key that masks the payload, and payload. */
export function maskedFrameBytes(payload: number): number {
  return frameBytes(payload) + 4
}
