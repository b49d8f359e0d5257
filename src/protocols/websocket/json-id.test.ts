import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { idIn, idPlace } from './json-id.ts'

const member = fc.tuple(fc.string(), fc.jsonValue())
const id = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))

/** Builds an object with the members in this order. A later member replaces an earlier one with the same name. */
function objectOf(...members: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(members.filter(([name]) => name !== '__proto__'))
}

describe('the id of a JSON object', () => {
  test('is found at any position, among any members', () => {
    const members = fc.array(member.filter(([name]) => name !== 'id'))
    fc.assert(
      fc.property(members, id, members, fc.constantFrom(undefined, '\t', 2), (before, written, after, blanks) => {
        const json = JSON.stringify(objectOf(...before, ['id', written], ...after), undefined, blanks)
        expect(idIn(Buffer.from(json))).toBe(JSON.parse(JSON.stringify(written)))
      }),
    )
  })

  test('is found after a byte order mark', () => {
    expect(idIn(Buffer.from('\uFEFF{"id":7}'))).toBe(7)
    expect(idIn(Buffer.from('\uFEFF{"id":7'), false)).toBeUndefined()
  })

  test('is undefined when only nested objects have one', () => {
    fc.assert(
      fc.property(fc.array(member.filter(([name]) => name !== 'id')), id, (members, inner) => {
        const json = JSON.stringify(objectOf(...members, ['inner', { id: inner }], ['list', [{ id: inner }]]))
        expect(idIn(Buffer.from(json))).toBeUndefined()
      }),
    )
  })

  test('never throws or hangs on arbitrary bytes', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', ' ', 'id', '"id"', '1', 'x')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const found = idIn(Buffer.from(pieces.join('')))
        expect(['undefined', 'number', 'string']).toContain(typeof found)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    '{"id":null}',
    '{"id":true}',
    '{"id":[1]}',
    '{"id":{"id":1}}',
    '{"id":',
    '{"id":}',
    '[{"id":1}]',
    '"id"',
    '',
    '{',
  ])('is undefined in %s', (json) => {
    expect(idIn(Buffer.from(json))).toBeUndefined()
  })
})

test('idPlace returns undefined when the text does not begin with an object', () => {
  for (const json of ['', '[]', '"{}"', '1', 'x{}']) expect(idPlace(Buffer.from(json))).toBeUndefined()
  expect(idPlace(Buffer.from(' {}'))).toEqual({ inside: 2, value: undefined, hasMembers: false })
})
