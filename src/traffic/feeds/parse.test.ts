import { describe, expect, it, test } from 'vitest'
import { parseFeed } from './parse.ts'

describe('JSON', () => {
  it('reads an array of objects and keeps the types of their fields', async () => {
    const records = [{ id: 1, tags: ['a'], who: { name: 'Ann' } }, { id: null }]
    expect(await parseFeed(`\u{feff}${JSON.stringify(records, undefined, 2)}`, 'users.JSON')).toEqual({ records })
  })

  it.each([
    ['[\n  { "id": 1 },\n  { "id": two },\n  { "id": 3 }\n]', 'must be JSON: line 3 is invalid'],
    ['[{ "password": "hunter2", }]', 'must be JSON: line 1 is invalid'],
    ['[\n{ "id": 1 }\n{ "id": 2 }\n]', 'must be JSON: line 3 is invalid'],
    ['[\n{ "id": 1 },\n{ "id": 2 },\n]\n', 'must be JSON: line 4 is invalid'],
    ['[\n{ "id": 1 }]\nmore', 'must be JSON: line 3 is invalid'],
    ['[\n{ "id": 1 },\n{ "id": ', 'must be JSON: its end is missing'],
    ['', 'must be JSON: its end is missing'],
    ['{ "id": 1 }', 'must be an array of objects'],
    ['null', 'must be an array of objects'],
    ['[{ "id": 1 }, 2]', 'must be an array of objects: item 2 is not an object'],
    ['[]', 'must contain at least one record'],
  ])('%j: %s', async (text, rule) => {
    expect(await parseFeed(text, 'users.json')).toMatchObject({ rule })
  })
})

describe('lines of JSON', () => {
  it.each(['ndjson', 'jsonl'])('reads one record per line of a .%s file, with any line ending', async (end) => {
    expect(await parseFeed('\u{feff}{"id":1}\r\n\r\n{"id":2}\n  {"id":3}', `users.${end}`)).toEqual({
      records: [{ id: 1 }, { id: 2 }, { id: 3 }],
    })
  })

  it.each([
    ['{"id":1}\n\n{"password":"hunter2"', 'must have a JSON object on each line: line 3 is not one'],
    ['{"id":1}\n[2]\n', 'must have a JSON object on each line: line 2 is not one'],
    ['\n \n', 'must contain at least one record'],
  ])('%j: %s', async (text, rule) => {
    expect(await parseFeed(text, 'users.ndjson')).toEqual({ rule })
  })
})

describe('CSV', () => {
  it.each(['\n', '\r\n', '\r'])('takes the field names from the first line (line ending %j)', async (end) => {
    const text = ['\u{feff}email, name ,note', 'a@x.org,Ann,', '', '"b@x.org","B, ""Bob""","two\nlines"'].join(end)
    expect(await parseFeed(text, 'users.csv')).toEqual({
      records: [
        { email: 'a@x.org', name: 'Ann', note: '' },
        { email: 'b@x.org', name: 'B, "Bob"', note: 'two\nlines' },
      ],
    })
  })

  it('reads every value as a string, so that a postal code keeps its leading zero', async () => {
    expect(await parseFeed('zip,age\n01234,42\n', 'users.csv')).toEqual({ records: [{ zip: '01234', age: '42' }] })
  })

  it.each([
    ['a,b\n1,2\n3\n', 'must be CSV: line 3 has more or fewer fields than the first line'],
    ['a,b\n1,"2\n3,4\n', 'must be CSV: line 3 is the last one, and a quote is not closed'],
    [
      'a,b\n1,hunter"2"\n',
      'must be CSV: line 2 has a quote in an unquoted field; quote the field and write the quote as ""',
    ],
    [
      'a,b\n1,"2"x\n',
      'must be CSV: line 2 has text between a closing quote and the comma; write a quote inside a field as ""',
    ],
    ['a,,c\n1,2,3\n', 'must name its fields in the first line: field 2 has no name'],
    ['a,b,a\n1,2,3\n', "must name its fields in the first line: 'a' occurs twice"],
    ['email;name\na@x.org;Ann\n', 'must be CSV: the fields are not separated by commas'],
    ['a,b\n', 'must contain at least one record'],
    ['', 'must contain at least one record'],
  ])('%j: %s', async (text, rule) => {
    expect(await parseFeed(text, 'users.csv')).toMatchObject({ rule })
  })
})

test('accepts a field with the name of a property that every object inherits', async () => {
  const parsed = await parseFeed('__proto__,constructor\n1,2\n', 'users.csv')
  expect('records' in parsed && Object.entries(parsed.records[0] ?? {})).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ])
})
