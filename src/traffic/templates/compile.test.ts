import { describe, expect, it, test } from 'vitest'
import { feedPickers } from '../feeds/index.ts'
import { compileTemplate, sampleOf } from './index.ts'

const records = [
  {
    id: 7,
    email: 'ann+1@x.org',
    name: 'Ann "A" Ö/Ä',
    path: '/a b/c?d=1%20#e',
    tags: ['x', 'y'],
    address: { city: 'Köln' },
    'a.b': 'dotted',
    none: null,
    age: '42',
    zip: '01234',
    lines: 'one\r\ntwo',
  },
  { id: 8 },
]
const sources = {
  feeds: feedPickers({ user: { records, pick: 'sequential', secret: false } }, '8f2c1e'),
  seed: '8f2c1e',
}

function rendered(request: object, { sequence = 0, setup }: { sequence?: number; setup?: unknown } = {}): unknown {
  return (compileTemplate(request, sources) ?? expect.fail('no template')).render(sequence, setup)
}

/** Renders a text as the data of a message, which is plain text unless it is JSON. */
function sent(data: string, moment?: { sequence?: number; setup?: unknown }): unknown {
  const { data: text } = rendered({ data }, moment) as { readonly data: unknown }
  return text
}

describe('a template', () => {
  it.each([
    ['SET {{sequence}} {{user.id}}', 'SET 0 7'],
    ['{{ user.email }}', 'ann+1@x.org'],
    ['{{user.address.city}}, {{user.tags.1}}, {{user.a.b}}', 'Köln, y, dotted'],
    ['{{user.address}}', '{"city":"Köln"}'],
    ['[{{user.none}}{{user.nothing}}{{user.constructor}}{{user.tags.length}}{{missing.id}}]', '[]'],
    ['{{{{name}} and {{{{{{user.id}}', '{{name}} and {{7'],
    ['{{{user.id}}}', '{7}'],
  ])('renders %s as %s', (text, expected) => {
    expect(sent(text)).toBe(expected)
  })

  it('uses the record of its arrival', () => {
    expect(sent('{{sequence}} {{user.id}} {{user.id}}', { sequence: 3 })).toBe('3 8 8')
  })

  it('uses the return value of the setup of the connection', () => {
    expect(sent('AUTH {{setup.token}}', { setup: { token: 'abc' } })).toBe('AUTH abc')
    expect(sent('AUTH {{setup}}', { setup: 'abc' })).toBe('AUTH abc')
    expect(sent('AUTH {{setup.token}}.', { setup: undefined })).toBe('AUTH .')
  })

  it('never throws for a setup result that JSON cannot represent', () => {
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    expect(sent('{{setup}}', { setup: circular })).toBe('null')
    expect(sent('{"n":{{setup}}}', { setup: 12n })).toBe('{"n":12}')
  })

  it('reports whether it needs the setup of its connection', () => {
    expect(compileTemplate({ data: '{{setup.token}} {{user.id}}' }, sources)?.needsSetup).toBe(true)
    expect(compileTemplate({ data: '{{user.id}}' }, sources)?.needsSetup).toBe(false)
  })
})

test('returns undefined for a request without templates', () => {
  const request = { path: '/{a}/}}', body: new Uint8Array([123, 123]), ok: [[200, 299]], check: () => true, weight: 2 }
  expect(compileTemplate(request, sources)).toBeUndefined()
  expect(compileTemplate({ body: { length: 3, chunks: () => [] }, name: 'x' }, sources)).toBeUndefined()
})

test('shares parts without templates and does not modify the original request', () => {
  const request = { path: '/{{sequence}}', ok: [[200, 299]], headers: { a: 'b' } }
  const before = structuredClone(request)
  const made = rendered(request) as typeof request
  expect(made).toEqual({ path: '/0', ok: [[200, 299]], headers: { a: 'b' } })
  expect(made.ok).toBe(request.ok)
  expect(made.headers).toBe(request.headers)
  expect(request).toEqual(before)
})

describe('random values', () => {
  const uuidOf = (sequence: number): unknown => sent('{{random.uuid}}', { sequence })

  it('are the same for the same seed and position, and different elsewhere', () => {
    const text = '{{random.uuid}} {{random.int(1,1000000)}}'
    expect(sent(text, { sequence: 5 })).toBe(sent(text, { sequence: 5 }))
    expect(new Set(Array.from({ length: 1_000 }, (_, sequence) => uuidOf(sequence))).size).toBe(1_000)
    const other = compileTemplate({ data: '{{random.uuid}}' }, { ...sources, seed: 'other' })
    expect(other?.render(5)).not.toEqual({ data: uuidOf(5) })
  })

  it('are version 4 UUIDs', () => {
    for (let sequence = 0; sequence < 200; sequence++) {
      expect(uuidOf(sequence)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    }
  })

  it('are uniformly distributed integers that include both bounds', () => {
    const counts = new Map<number, number>()
    for (let sequence = 0; sequence < 6_000; sequence++) {
      const drawn = Number(sent('{{random.int(-2, 3)}}', { sequence }))
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1)
    }
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3])
    // Five standard deviations of a binomial count around 1 000.
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(145)
  })

  it('are drawn independently within one request', () => {
    const [first, second] = String(sent('{{random.uuid}} {{random.uuid}}')).split(' ')
    expect(first).not.toBe(second)
  })
})

describe('within objects and arrays', () => {
  it('keeps the type of a value that is a single template, and makes a string otherwise', () => {
    const args = { id: '{{user.id}}', all: ['{{user.tags}}', { text: 'no {{user.id}}' }], gone: '{{user.nothing}}' }
    expect(rendered({ tool: 'get', arguments: args })).toEqual({
      tool: 'get',
      arguments: { id: 7, all: [['x', 'y'], { text: 'no 7' }], gone: undefined },
    })
  })

  it('renders prompt arguments, headers and top-level strings as strings', () => {
    expect(rendered({ prompt: 'p', arguments: { id: '{{user.id}}' } })).toEqual({ prompt: 'p', arguments: { id: '7' } })
    expect(rendered({ headers: { id: '{{user.id}}' } })).toEqual({ headers: { id: '7' } })
    expect(rendered({ body: '{{user.id}}' })).toEqual({ body: '7' })
  })

  it('compares with the typed value in a check', () => {
    const check = { header: { id: '{{user.id}}' }, json: { path: 'id', equals: '{{user.id}}' } }
    expect(rendered({ check })).toEqual({ check: { header: { id: '7' }, json: { path: 'id', equals: 7 } } })
  })

  it('does not encode a path in tool arguments as a URL path', () => {
    expect(rendered({ tool: 'read', arguments: { path: '/tmp/{{user.name}}' } })).toEqual({
      tool: 'read',
      arguments: { path: '/tmp/Ann "A" Ö/Ä' },
    })
  })

  it('does not change keys', () => {
    expect(rendered({ body: { '{{user.id}}': '{{user.id}}' } })).toEqual({ body: { '{{user.id}}': 7 } })
  })
})

describe('in a path', () => {
  it.each([
    ['/users/{{user.email}}', '/users/ann%2B1%40x.org'],
    ['/find?name={{user.name}}&id={{user.id}}', '/find?name=Ann%20%22A%22%20%C3%96%2F%C3%84&id=7'],
    // A path from a log that already contains slashes and a query.
    ['{{user.path}}', '/a%20b/c?d=1%20%23e'],
    ['{{user.path}}&id={{user.email}}', '/a%20b/c?d=1%20%23e&id=ann%2B1%40x.org'],
    ['{{user.id}}', '/7'],
  ])('renders %s as %s', (path, expected) => {
    expect(rendered({ path })).toEqual({ path: expected })
  })

  it('does not throw for a lone surrogate', () => {
    expect(rendered({ path: '/{{setup}}' }, { setup: 'a\ud800' })).toEqual({ path: '/a%EF%BF%BD' })
  })
})

describe('in a header', () => {
  it('replaces line breaks, and sends text beyond Latin-1 as UTF-8', () => {
    expect(rendered({ headers: { 'x-lines': '{{user.lines}}', 'x-name': '{{user.address.city}}' } })).toEqual({
      headers: { 'x-lines': 'one  two', 'x-name': 'Köln' },
    })
    expect(rendered({ headers: { x: '{{setup}}' } }, { setup: '日本\n' })).toEqual({
      headers: { x: `${Buffer.from('日本').toString('latin1')} ` },
    })
  })
})

describe('in a body', () => {
  it('writes values as JSON if the body is valid JSON', () => {
    const body = '{"name":"{{user.name}}","id":{{user.id}},"tags":{{user.tags}},"none":{{user.nothing}}}'
    expect(JSON.parse((rendered({ body }) as { readonly body: string }).body)).toEqual({
      name: 'Ann "A" Ö/Ä',
      id: 7,
      tags: ['x', 'y'],
      none: null,
    })
  })

  it('writes a CSV string as a number in JSON where it is not quoted', () => {
    expect(sent('{"age":{{user.age}},"zip":{{user.zip}},"text":"{{user.age}}"}')).toBe(
      '{"age":42,"zip":"01234","text":"42"}',
    )
  })

  it('distinguishes quotes from escaped quotes in JSON', () => {
    expect(sent(String.raw`{"a\"{":"\\{{user.lines}}","b":{{user.id}}}`)).toBe(
      String.raw`{"a\"{":"\\one\r\ntwo","b":7}`,
    )
  })

  it.each([
    [
      { 'Content-Type': 'application/vnd.api+json' },
      '{"a":"{{user.lines}}"}\n{"b":1}',
      '{"a":"one\\r\\ntwo"}\n{"b":1}',
    ],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 'e={{user.email}}&n=1', 'e=ann%2B1%40x.org&n=1'],
    [{ 'content-type': 'text/plain' }, 'to {{user.lines}}', 'to one\r\ntwo'],
  ])('of type %j writes values in that format', (headers, body, expected) => {
    expect(rendered({ headers, body })).toEqual({ headers, body: expected })
    const planned = compileTemplate({ body }, { ...sources, headers })
    expect(planned?.render(0)).toEqual({ body: expected })
  })

  it('writes values unchanged if it is neither JSON nor a form', () => {
    expect(sent('<a>{{user.name}}</a>')).toBe('<a>Ann "A" Ö/Ä</a>')
    expect(sent('"{{user.name}}"')).toBe('"Ann "A" Ö/Ä"')
  })
})

describe('a sample', () => {
  it('has a harmless value for each template', () => {
    const request = {
      path: '{{user.path}}/{{user.id}}?n={{random.int(3,9)}}',
      headers: { authorization: 'Bearer {{setup.token}}' },
      body: { id: '{{sequence}}' },
    }
    expect(sampleOf(request)).toEqual({
      path: '/sample/sample?n=3',
      headers: { authorization: 'Bearer sample' },
      body: { id: 0 },
    })
  })

  it('returns a value without templates, or one that is not a request, unchanged', () => {
    const request = { path: '/' }
    expect(sampleOf(request)).toBe(request)
    for (const none of [undefined, null, 7, 'x', [1]]) expect(sampleOf(none)).toBe(none)
  })
})
