import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SOURCE = join(import.meta.dirname, 'terminal-colors.ts')
const SCRIPT = `
  const { stdoutColors, stderrColors } = await import(${JSON.stringify(SOURCE)})
  console.log(JSON.stringify([stdoutColors().red('out'), stderrColors().red('err')]))`

const PLAIN = ['out', 'err']
const RED = ['\u001B[31mout\u001B[39m', '\u001B[31merr\u001B[39m']

test.each([
  ['not a terminal', {}, PLAIN],
  ['FORCE_COLOR without a terminal', { FORCE_COLOR: '1' }, RED],
  ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, PLAIN],
  ['NO_COLOR with FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, PLAIN],
  ['an empty NO_COLOR, which has no effect', { NO_COLOR: '', FORCE_COLOR: '1' }, RED],
])('colors text according to the environment: %s', (_case, variables, texts) => {
  const { PATH } = process.env
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', SCRIPT], {
    env: { PATH, ...variables },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  expect(JSON.parse(printed)).toEqual(texts)
})
