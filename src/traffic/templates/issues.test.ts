import { describe, expect, it, test } from 'vitest'
import { type KnownNames, templateIssues } from './index.ts'

const known: KnownNames = { feeds: { user: ['email', 'id', 'address'], file: undefined }, setup: false }

/** Returns `key rule, got value → remedy` for every issue. */
function reported(request: unknown, names = known): readonly string[] {
  return templateIssues(request, 'request', names).map(
    ({ key, value, rule, remedy }) => `${key} ${rule}, got ${String(value)} → ${remedy ?? ''}`,
  )
}

test.each([
  '{{user.email}} {{ user.id }} {{user}} {{user.address.city}} {{file.anything}}',
  '{{sequence}} {{random.uuid}} {{random.int(1, 6)}} {{random.int(-5,-5)}}',
  '{{{{name}} {{{user.id}}} { } }} {"a":{"b":{{user.id}}}}',
])('accepts %s', (text) => {
  expect(reported({ body: text, headers: { x: text }, arguments: [{ a: text }] })).toEqual([])
})

describe('a template', () => {
  it.each([
    ['{{usr.email}}', 'references an unknown feed, got {{usr.email}} → did you mean {{user.email}}?'],
    [
      '{{order.id}}',
      'references an unknown feed, got {{order.id}} → available feeds: user, file; write {{{{ to send two literal braces',
    ],
    ['{{seqence}}', 'references an unknown feed, got {{seqence}} → did you mean {{sequence}}?'],
    [
      '{{user.emial}}',
      "references an unknown field of the feed 'user', got {{user.emial}} → did you mean {{user.email}}?",
    ],
    [
      '{{user.adress.city}}',
      "references an unknown field of the feed 'user', got {{user.adress.city}} → did you mean {{user.address.city}}?",
    ],
    [
      '{{user.phone}}',
      "references an unknown field of the feed 'user', got {{user.phone}} → available fields: email, id, address",
    ],
    [
      '{{random.uid}}',
      'is not a valid template, got {{random.uid}} → available: {{random.uuid}} and {{random.int(1, 100)}}, the lower bound first',
    ],
    [
      '{{random}}',
      'is not a valid template, got {{random}} → available: {{random.uuid}} and {{random.int(1, 100)}}, the lower bound first',
    ],
    [
      '{{random.int(6,1)}}',
      'is not a valid template, got {{random.int(6,1)}} → available: {{random.uuid}} and {{random.int(1, 100)}}, the lower bound first',
    ],
    [
      '{{random.int}}',
      'is not a valid template, got {{random.int}} → available: {{random.uuid}} and {{random.int(1, 100)}}, the lower bound first',
    ],
    ['{{sequence.x}}', 'is not a valid template, got {{sequence.x}} → write {{sequence}}'],
    ['{{}}', 'is not a valid template, got {{}} → write {{feed.field}}; write {{{{ to send two literal braces'],
    [
      '{{#if a}}',
      'is not a valid template, got {{#if a}} → write {{feed.field}}; write {{{{ to send two literal braces',
    ],
    ['{{user.email', 'must close every {{ with }}, got {{ → write {{{{ to send two literal braces'],
    [
      '{{setup.token}}',
      'needs a setup, and the plan has none, got {{setup.token}} → add setup: async ({ send }) => …, or the URL of a module',
    ],
  ])('%s: suggests a remedy to copy', (text, message) => {
    expect(reported({ path: `/${text}` })).toEqual([`request.path ${message}`])
  })

  it('suggests adding a feed when the plan has none', () => {
    expect(reported({ path: '/{{user.id}}' }, { feeds: {}, setup: true })).toEqual([
      'request.path references an unknown feed, got {{user.id}} → add feeds: { user: { file: … } }; write {{{{ to send two literal braces',
    ])
  })

  it('accepts a setup reference when the plan has a setup', () => {
    expect(reported({ path: '/{{setup.token}} {{setup}}' }, { feeds: {}, setup: true })).toEqual([])
  })

  it('rejects templates in names and keys', () => {
    expect(reported({ name: 'user {{user.id}}', arguments: { '{{user.id}}': 1 } })).toEqual([
      'request.arguments cannot have templates in its keys, only in its values, got {{user.id}} → ',
      'request.name cannot have templates: results are grouped by name, got user {{user.id}} → ',
    ])
  })

  it('reports the path of a template without the surrounding text', () => {
    const issues = reported({
      headers: { authorization: 'Bearer hunter2 {{no}}' },
      params: { list: [0, '{{nope.x}}'] },
    })
    expect(issues.map((issue) => issue.split(' ')[0])).toEqual([
      'request.headers.authorization',
      'request.params.list[1]',
    ])
    expect(issues.join('\n')).not.toContain('hunter2')
  })
})
