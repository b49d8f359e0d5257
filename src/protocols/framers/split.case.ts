import fc from 'fast-check'

/** Where to cut; taken modulo the length of what is cut. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(), { maxLength: 12 })

/** The same bytes in pieces, each in memory of its own with other bytes around it, as reads into a shared buffer are. */
export function split(bytes: Uint8Array, where: readonly number[]): readonly Buffer[] {
  const at = [...new Set(where.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  return [...at, bytes.length].map((end, i) => {
    const piece = bytes.subarray(at[i - 1] ?? 0, end)
    const surrounded = Buffer.alloc(piece.length + 6, '\r\n')
    surrounded.set(piece, 3)
    return surrounded.subarray(3, 3 + piece.length)
  })
}
