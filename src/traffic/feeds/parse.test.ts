import { describe, expect, it, test } from 'vitest'
import { parseFeed } from './parse.ts'

describe('JSON', () => {
  it('is a list of objects, whose fields keep their type', () => {
    const records = [{ id: 1, tags: ['a'], who: { name: 'Ann' } }, { id: null }]
    expect(parseFeed(`\u{feff}${JSON.stringify(records, undefined, 2)}`, 'users.JSON')).toEqual({ records })
  })

  it.each([
    ['[\n  { "id": 1 },\n  { "id": two },\n  { "id": 3 }\n]', 'must be JSON: line 3 is wrong'],
    ['[{ "password": "hunter2", }]', 'must be JSON: line 1 is wrong'],
    ['[\n{ "id": 1 }\n{ "id": 2 }\n]', 'must be JSON: line 3 is wrong'],
    ['[\n{ "id": 1 },\n{ "id": 2 },\n]\n', 'must be JSON: line 4 is wrong'],
    ['[\n{ "id": 1 }]\nmore', 'must be JSON: line 3 is wrong'],
    ['[\n{ "id": 1 },\n{ "id": ', 'must be JSON: its end is missing'],
    ['', 'must be JSON: its end is missing'],
    ['{ "id": 1 }', 'must be a list of objects'],
    ['null', 'must be a list of objects'],
    ['[{ "id": 1 }, 2]', 'must be a list of objects: item 2 is none'],
    ['[]', 'must hold at least one record'],
  ])('%j: %s', (text, rule) => {
    expect(parseFeed(text, 'users.json')).toMatchObject({ rule })
  })
})

describe('lines of JSON', () => {
  it.each(['ndjson', 'jsonl'])('are a record each, whatever ends them, in a file .%s', (end) => {
    expect(parseFeed('\u{feff}{"id":1}\r\n\r\n{"id":2}\n  {"id":3}', `users.${end}`)).toEqual({
      records: [{ id: 1 }, { id: 2 }, { id: 3 }],
    })
  })

  it.each([
    ['{"id":1}\n\n{"password":"hunter2"', 'must have a JSON object on each line: line 3 is none'],
    ['{"id":1}\n[2]\n', 'must have a JSON object on each line: line 2 is none'],
    ['\n \n', 'must hold at least one record'],
  ])('%j: %s', (text, rule) => {
    expect(parseFeed(text, 'users.ndjson')).toEqual({ rule })
  })
})

describe('CSV', () => {
  it.each(['\n', '\r\n', '\r'])('has its fields named by its first line (line ends %j)', (end) => {
    const text = ['\u{feff}email, name ,note', 'a@x.org,Ann,', '', '"b@x.org","B, ""Bob""","two\nlines"'].join(end)
    expect(parseFeed(text, 'users.csv')).toEqual({
      records: [
        { email: 'a@x.org', name: 'Ann', note: '' },
        { email: 'b@x.org', name: 'B, "Bob"', note: 'two\nlines' },
      ],
    })
  })

  it('holds texts only: a postal code keeps its zero', () => {
    expect(parseFeed('zip,age\n01234,42\n', 'users.csv')).toEqual({ records: [{ zip: '01234', age: '42' }] })
  })

  it.each([
    ['a,b\n1,2\n3\n', 'must be CSV: line 3 has more or fewer fields than the first line'],
    ['a,b\n1,"2\n3,4\n', 'must be CSV: line 3 is the last one, and a quote is still open'],
    [
      'a,b\n1,hunter"2"\n',
      'must be CSV: line 2 has a quote within a field that does not begin with one; write "" for it, and quote the field',
    ],
    [
      'a,b\n1,"2"x\n',
      'must be CSV: line 2 has something between the end of a quoted field and the comma; write "" for a quote',
    ],
    ['a,,c\n1,2,3\n', 'must name its fields in the first line: field 2 has no name'],
    ['a,b,a\n1,2,3\n', "must name its fields in the first line: 'a' stands there twice"],
    ['email;name\na@x.org;Ann\n', 'must be CSV: its fields are parted by something else'],
    ['a,b\n', 'must hold at least one record'],
    ['', 'must hold at least one record'],
  ])('%j: %s', (text, rule) => {
    expect(parseFeed(text, 'users.csv')).toMatchObject({ rule })
  })
})

test('a field can be named like what every object has', () => {
  const parsed = parseFeed('__proto__,constructor\n1,2\n', 'users.csv')
  expect('records' in parsed && Object.entries(parsed.records[0] ?? {})).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ])
})
