import { describe, expect, it, test } from 'vitest'
import { type KnownNames, templateFaults } from './index.ts'

const known: KnownNames = { feeds: { user: ['email', 'id', 'address'], file: undefined }, setup: false }

/** `key rule, got value → remedy` of every fault. */
function told(request: unknown, names = known): readonly string[] {
  return templateFaults(request, 'request', names).map(
    ({ key, value, rule, remedy }) => `${key} ${rule}, got ${String(value)} → ${remedy ?? ''}`,
  )
}

test.each([
  '{{user.email}} {{ user.id }} {{user}} {{user.address.city}} {{file.anything}}',
  '{{sequence}} {{random.uuid}} {{random.int(1, 6)}} {{random.int(-5,-5)}}',
  '{{{{name}} {{{user.id}}} { } }} {"a":{"b":{{user.id}}}}',
])('%s has no fault', (text) => {
  expect(told({ body: text, headers: { x: text }, arguments: [{ a: text }] })).toEqual([])
})

describe('a template', () => {
  it.each([
    ['{{usr.email}}', 'names no feed, got {{usr.email}} → did you mean {{user.email}}?'],
    [
      '{{order.id}}',
      'names no feed, got {{order.id}} → known are: user, file; write {{{{ for two braces that are to be sent',
    ],
    ['{{seqence}}', 'names no feed, got {{seqence}} → did you mean {{sequence}}?'],
    ['{{user.emial}}', "names no field of the feed 'user', got {{user.emial}} → did you mean {{user.email}}?"],
    [
      '{{user.adress.city}}',
      "names no field of the feed 'user', got {{user.adress.city}} → did you mean {{user.address.city}}?",
    ],
    ['{{user.phone}}', "names no field of the feed 'user', got {{user.phone}} → known are: email, id, address"],
    [
      '{{random.uid}}',
      'is no template, got {{random.uid}} → known are {{random.uuid}} and {{random.int(1, 100)}}, the lower first',
    ],
    [
      '{{random}}',
      'is no template, got {{random}} → known are {{random.uuid}} and {{random.int(1, 100)}}, the lower first',
    ],
    [
      '{{random.int(6,1)}}',
      'is no template, got {{random.int(6,1)}} → known are {{random.uuid}} and {{random.int(1, 100)}}, the lower first',
    ],
    [
      '{{random.int}}',
      'is no template, got {{random.int}} → known are {{random.uuid}} and {{random.int(1, 100)}}, the lower first',
    ],
    ['{{sequence.x}}', 'is no template, got {{sequence.x}} → write {{sequence}}'],
    ['{{}}', 'is no template, got {{}} → write {{feed.field}}; write {{{{ for two braces that are to be sent'],
    [
      '{{#if a}}',
      'is no template, got {{#if a}} → write {{feed.field}}; write {{{{ for two braces that are to be sent',
    ],
    ['{{user.email', 'must close every {{ with }}, got {{ → write {{{{ for two braces that are to be sent'],
    [
      '{{setup.token}}',
      'needs a setup, and the plan has none, got {{setup.token}} → add setup: async ({ send }) => …, or its module',
    ],
  ])('%s: the remedy can be copied', (text, message) => {
    expect(told({ path: `/${text}` })).toEqual([`request.path ${message}`])
  })

  it('of a plan without feeds is told how to get one', () => {
    expect(told({ path: '/{{user.id}}' }, { feeds: {}, setup: true })).toEqual([
      'request.path names no feed, got {{user.id}} → add feeds: { user: { file: … } }; write {{{{ for two braces that are to be sent',
    ])
  })

  it('of a setup is fine where there is one', () => {
    expect(told({ path: '/{{setup.token}} {{setup}}' }, { feeds: {}, setup: true })).toEqual([])
  })

  it('cannot stand in a name, nor in a key', () => {
    expect(told({ name: 'user {{user.id}}', arguments: { '{{user.id}}': 1 } })).toEqual([
      'request.arguments cannot have templates in its keys, only in what stands under them, got {{user.id}} → ',
      'request.name cannot have templates: results are kept by name, got user {{user.id}} → ',
    ])
  })

  it('is named by where it stands, and nothing around it is shown', () => {
    const faults = told({ headers: { authorization: 'Bearer hunter2 {{no}}' }, params: { list: [0, '{{nope.x}}'] } })
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'request.headers.authorization',
      'request.params.list[1]',
    ])
    expect(faults.join('\n')).not.toContain('hunter2')
  })
})
