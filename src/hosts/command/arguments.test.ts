import { describe, expect, test } from 'vitest'
import { readArguments } from './arguments.ts'

const SUITES = ['unit', 'scenarios', 'limits', 'protocols', 'mcp-stress', 'capacity']

function read(line: string): ReturnType<typeof readArguments> {
  return readArguments(line.split(' ').filter(Boolean), SUITES)
}

describe('the command line', () => {
  test.each([
    ['limits -t http://127.0.0.1:3000', ['limits'], { LOAD_TARGET: 'http://127.0.0.1:3000' }],
    ['capacity -d 5 -r 20 -p 2', ['capacity'], { LOAD_DURATION: '5', LOAD_RATE: '20', LOAD_THREADS: '2' }],
    ['all --trace -o out', SUITES, { LOAD_TRACE: 'all', LOAD_REPORTS_DIR: 'out' }],
    ['scenarios --no-trace -v', ['scenarios'], { LOAD_TRACE: 'off', LOAD_LOG: 'debug' }],
    ['mcp-stress -- node server.js --port 1', ['mcp-stress'], { LOAD_TARGET: '["node","server.js","--port","1"]' }],
  ])('%s', (line, suites, env) => {
    expect(read(line)).toEqual({ kind: 'run', suites, env })
  })

  test.each([
    ['', 'which suite? One of unit, scenarios, limits, protocols, mcp-stress, capacity, all'],
    ['limit', 'there is no suite limit: did you mean limits?'],
    ['xyzzy', 'there is no suite xyzzy: there are unit, scenarios, limits, protocols, mcp-stress, capacity, all'],
    ['limits capacity', 'one suite at a time, or all: capacity is more than that'],
    ['limits -d soon', '-d takes a number greater than 0, got soon'],
    ['limits -p 1.5', '-p takes a whole number, got 1.5'],
    ['limits --trace --no-trace', '--trace and --no-trace are one too many'],
    [
      'mcp-stress -t mcp+http://127.0.0.1:1 -- node x',
      '-t names a target, and so does what stands behind --: one of the two',
    ],
    ['mcp-stress --', 'behind -- stands the command of an MCP server, and there is none'],
    ['limits --fast', "Unknown option '--fast'"],
  ])('%s is a mistake, which says what is wrong', (line, message) => {
    expect(read(line)).toEqual({ kind: 'mistake', message })
  })

  test('asks for help of one suite, or of all', () => {
    expect(read('--help')).toEqual({ kind: 'help', suite: undefined })
    expect(read('limits -h')).toEqual({ kind: 'help', suite: 'limits' })
    expect(read('--version')).toEqual({ kind: 'version' })
  })
})
