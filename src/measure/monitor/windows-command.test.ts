import { expect, test } from 'vitest'
import { windowsCommand } from './windows-command.ts'

const NODE = String.raw`C:\Program Files\nodejs`
const BIN = String.raw`C:\shop\node_modules\.bin`
const FILES = new Set([
  String.raw`${NODE}\node.exe`,
  String.raw`${NODE}\npm`,
  String.raw`${NODE}\npm.cmd`,
  String.raw`${BIN}\vite.cmd`,
  String.raw`C:\shop\start.bat`,
])

function started(...command: readonly string[]) {
  const env = { Path: `${BIN};"${NODE}"`, PATHEXT: '.COM;.EXE;.BAT;.CMD', ComSpec: String.raw`C:\Windows\cmd.exe` }
  return windowsCommand(command, { env, cwd: String.raw`C:\shop`, isFile: (path) => FILES.has(path) })
}

test.each([
  [['npm', 'start'], String.raw`""${NODE}\npm.cmd" "start""`],
  [['npm.cmd', 'run', 'a b', 'a&b|<c>^'], String.raw`""${NODE}\npm.cmd" "run" "a b" "a&b|<c>^""`],
  [['vite', '--port', '3000', 'C:\\x\\'], String.raw`""${BIN}\vite.cmd" "--port" "3000" "C:\x\\""`],
  [['./start', ''], String.raw`""C:\shop\start.bat" """`],
])('%j goes through cmd.exe as %s', (command, line) => {
  expect(started(...command)).toEqual({
    program: String.raw`C:\Windows\cmd.exe`,
    args: ['/d', '/s', '/c', line],
    isVerbatim: true,
  })
})

test.each([
  [['node', 'server.js', '"%PATH%"']],
  [[String.raw`C:\Program Files\nodejs\node.exe`, 'server.js']],
  [['unknown', 'a']],
])('%j needs no cmd.exe', ([program, ...args]) => {
  expect(started(program ?? '', ...args)).toEqual({ program, args, isVerbatim: false })
})

test.each(['a"b', '%PATH%', 'a\nb'])('a batch file does not get %j, which cmd.exe would act on', (argument) => {
  expect(started('npm', 'run', argument)).toEqual({ refusedBatch: String.raw`${NODE}\npm.cmd` })
})
