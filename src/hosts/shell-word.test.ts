import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellWord } from './shell-word.ts'

const WORDS = ['src/a.test.ts', 'it\'s "$(date)" `id`', '', 'a\nb', '^holds 500 req/s$', '--x=1', 'ünï ; rm -rf']

test('a shell reads each word as it is', () => {
  const output = execFileSync('sh', ['-c', `printf '%s\\0' ${WORDS.map(shellWord).join(' ')}`], { encoding: 'utf8' })
  expect(output.split('\0').slice(0, -1)).toEqual(WORDS)
})

test('a word without special characters has no quotes', () => {
  expect([shellWord('src/a.test.ts'), shellWord('two words')]).toEqual(['src/a.test.ts', "'two words'"])
})
