/** A greeting is shorter. */
const LIMIT_BYTES = 64 * 1024

/** What a server says before anything was asked: a greeting that the first exchange may wait for. */
export class EarlyBytes {
  readonly pieces: Buffer[] = []
  bytes = 0

  /** Keeps a copy; false where it is too much to be a greeting. */
  keep(piece: Buffer): boolean {
    this.bytes += piece.length
    if (this.bytes > LIMIT_BYTES) return false
    this.pieces.push(Buffer.from(piece))
    return true
  }
}
