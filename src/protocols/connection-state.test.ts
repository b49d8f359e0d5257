import { expect, test } from 'vitest'
import type { ConnectContext } from '../model/protocol.ts'
import { ConnectionState } from './connection-state.ts'

const flags = ({ usable, closing, over }: ConnectionState): readonly string[] => [
  ...(usable ? ['usable'] : []),
  ...(closing ? ['closing'] : []),
  ...(over ? ['over'] : []),
]

test.each<readonly [name: string, move: (state: ConnectionState) => void, expected: readonly string[]]>([
  ['a new connection', () => {}, ['usable']],
  ['retire', (state) => state.retire(), []],
  ['startClosing', (state) => state.startClosing(), ['closing']],
  ['stop', (state) => state.stop(), ['over']],
  ['lose', (state) => state.lose(new Error('reset')), []],
  ['end', (state) => state.end(), ['over']],
])('%s sets the flags', (_, move, expected) => {
  const state = new ConnectionState()
  move(state)
  expect(flags(state)).toEqual(expected)
})

test('closed stays pending until the end, and resolves with the first reason', async () => {
  const state = new ConnectionState()
  state.lose(new Error('reset'))
  state.lose(new Error('later'))
  state.stop()
  expect(await Promise.race([state.closed, Promise.resolve('pending')])).toBe('pending')
  state.end()
  expect(await state.closed).toEqual(new Error('reset'))
})

test('closed resolves with undefined after a normal end, and keeps this result', async () => {
  const state = new ConnectionState()
  state.startClosing()
  state.end()
  state.lose(new Error('too late'))
  state.end()
  expect(await state.closed).toBeUndefined()
})

test('the log says how the connection ended', () => {
  const logged: string[] = []
  const context = { log: (text: string) => void logged.push(text) } as ConnectContext
  const state = new ConnectionState()
  state.logEnd(context, 'localhost:80')
  state.lose(new Error('reset'))
  state.logEnd(context, 'localhost:80', 2)
  expect(logged).toEqual([
    'connection to localhost:80 closed cleanly',
    'connection to localhost:80 closed because reset; unsolicited messages: 2',
  ])
})
