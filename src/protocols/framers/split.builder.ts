import fc from 'fast-check'

/** Offsets at which to cut, modulo the length of the bytes. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(), { maxLength: 12 })

/** Splits bytes into pieces. Each piece is part of a separate larger buffer, as a read into a shared buffer is. */
export function split(bytes: Uint8Array, where: readonly number[]): readonly Buffer[] {
  const at = [...new Set(where.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  return [...at, bytes.length].map((end, i) => {
    const piece = bytes.subarray(at[i - 1] ?? 0, end)
    const surrounded = Buffer.alloc(piece.length + 6, '\r\n')
    surrounded.set(piece, 3)
    return surrounded.subarray(3, 3 + piece.length)
  })
}
