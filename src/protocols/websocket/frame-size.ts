/** Bytes of a frame as a server sends it, header and payload (RFC 6455, 5.2). */
export function frameBytes(payload: number): number {
  return payload + (payload < 126 ? 2 : payload < 65_536 ? 4 : 10)
}

/** Bytes of a frame as a client sends it: with the key that masks the payload. */
export function maskedFrameBytes(payload: number): number {
  return frameBytes(payload) + 4
}
