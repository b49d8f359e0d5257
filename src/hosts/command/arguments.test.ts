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
    ['', 'name a suite: unit, scenarios, limits, protocols, mcp-stress, capacity or all'],
    ['limit', 'unknown suite limit: did you mean limits?'],
    ['xyzzy', 'unknown suite xyzzy, expected one of: unit, scenarios, limits, protocols, mcp-stress, capacity, all'],
    ['limits capacity', 'name one suite, or all; unexpected: capacity'],
    ['limits -d soon', '-d must be a number greater than 0, got soon'],
    ['limits -p 1.5', '-p must be a whole number, got 1.5'],
    ['limits --trace --no-trace', 'use either --trace or --no-trace, not both'],
    ['mcp-stress -t mcp+http://127.0.0.1:1 -- node x', 'use either -t or a command after --, not both'],
    ['mcp-stress --', 'the command of an MCP server is missing after --'],
    ['limits --fast', "Unknown option '--fast'"],
  ])('rejects %s with an explanation', (line, message) => {
    expect(read(line)).toEqual({ kind: 'mistake', message })
  })

  test('requests help for one suite, or for all', () => {
    expect(read('--help')).toEqual({ kind: 'help', suite: undefined })
    expect(read('limits -h')).toEqual({ kind: 'help', suite: 'limits' })
    expect(read('--version')).toEqual({ kind: 'version' })
  })
})
