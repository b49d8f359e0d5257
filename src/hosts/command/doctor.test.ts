import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test, type TestContext } from 'vitest'
import type { MachineCheck } from '../../model/machine-check.ts'

const COMMAND = fileURLToPath(new URL('../../cli.ts', import.meta.url))
/** Where a test may create a control group, version 1. */
const GROUPS = '/sys/fs/cgroup/cpu'

interface Checked {
  readonly code: number | null
  readonly check: MachineCheck
  readonly err: string
}

interface Circumstances {
  /** Shell command that runs first, in the shell that becomes the command. */
  readonly before?: string
  /** Sends Ctrl-C once the output matches. */
  readonly interruptAt?: RegExp
}

/** Runs `describe-load doctor --quick --json` with no lock shared with other processes. */
async function doctor(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  { before = 'true', interruptAt }: Circumstances = {},
): Promise<Checked> {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-doctor-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const own = Object.entries(process.env).filter(([name]) => !/^(LOAD_|VITEST|NODE_OPTIONS|NODE_V8)/.test(name))
  // These would change other runs.
  const ignored = { LOAD_ONCE: '1', LOAD_AA: '1', LOAD_TARGET: 'http://127.0.0.1:9' }
  const line = `${before} && exec "${execPath}" --disable-warning=ExperimentalWarning "${COMMAND}" doctor --quick --json`
  const child = spawn('sh', ['-c', line], {
    cwd: folder,
    env: { ...Object.fromEntries(own), ...ignored, NO_COLOR: '1', TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [out, err] = ['', '']
  let isInterrupted = false
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
    if (isInterrupted || interruptAt?.test(err) !== true) return
    isInterrupted = child.kill('SIGINT')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  expect(out, err).toMatch(/^\{/)
  const check = JSON.parse(out) as MachineCheck
  expect([schema(check), schema.errors]).toEqual([true, null])
  return { code, check, err }
}

/** Returns a published schema. */
function published(name: string): object {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../../schemas', name), 'utf8')) as object
}

const schema = new Ajv2020({ strictTypes: false })
  .addSchema(published('run.json'))
  .compile(published('machine-check.json'))

/** The quiet part and the ceiling have been measured. */
const BEFORE_PAIRS = /measures how much/

/** Problems that other processes cause. */
const OF_LOAD: ReadonlySet<string> = new Set([
  'foreign-load',
  'late-timers',
  'steal',
  'slow-generator',
  'pairs-disturbed',
  'noisy-pairs',
])

const problemsOf = ({ findings }: MachineCheck): readonly string[] =>
  findings.filter(({ kind }) => kind === 'problem').map(({ code }) => code)

describe('describe-load doctor', () => {
  test('measures this machine, and says whether it is fit', { timeout: 180_000 }, async (context) => {
    const { code, check, err } = await doctor(context)
    const { quiet, ceiling, noise, findings, isFit, isComplete, recommended } = check
    expect(code, err).toBe(isFit ? 0 : 1)
    expect(isComplete).toBe(true)
    expect(isFit).toBe(problemsOf(check).length === 0)
    // Other tests may run beside it, which is the only thing that may be wrong here.
    expect(problemsOf(check).filter((problem) => !OF_LOAD.has(problem))).toEqual([])
    expect(quiet?.lagP99Ms).toBeGreaterThanOrEqual(quiet?.lagP50Ms ?? Number.NaN)
    expect(ceiling?.heldRps ?? 0).toBeLessThan(ceiling?.lateRps ?? Number.POSITIVE_INFINITY)
    expect(noise?.pairs).toBe(9)
    expect(noise?.blockMs).toBe(400)
    if (noise?.excluded === 0) expect(noise.metrics.map(({ metric }) => metric)).toEqual(['p50', 'mean', 'cpu'])
    for (const { message, remedy } of findings) {
      const shown = err.replaceAll(/\s+/g, ' ')
      expect(shown).toContain(message)
      expect(shown).toContain(`→ ${remedy}`)
    }
    if (!isFit) return expect(recommended).toBeNull()
    expect(recommended?.rate).toBe(noise?.rate)
    expect(recommended?.maxRate ?? 0).toBeLessThanOrEqual((ceiling?.heldRps ?? 0) / 2)
    // With too few undisturbed pairs, no tolerance is known.
    if (recommended?.tolerance === null) expect(err).not.toContain('comparison:')
    else expect(err).toContain(`comparison: { tolerance: ${recommended?.tolerance} },`)
  })

  test('ends after Ctrl-C with what it has, and ends its servers', { timeout: 120_000 }, async (context) => {
    const { code, check, err } = await doctor(context, { interruptAt: BEFORE_PAIRS })
    expect(code, err).toBe(130)
    expect(check).toMatchObject({ isComplete: false, isFit: false, noise: null, recommended: null })
    expect(check.quiet?.lagP50Ms).toBeGreaterThan(0)
    expect(check.ceiling).not.toBeNull()
    // `close` has come, so no child holds the output any more, and their IPC channel ended them.
    expect(err).toContain('scatter       not measured')
  })

  test('recognises few file descriptors', { timeout: 120_000 }, async (context) => {
    const { check, err } = await doctor(context, { before: 'ulimit -n 96', interruptAt: BEFORE_PAIRS })
    expect(problemsOf(check), err).toContain('few-descriptors')
    const { limit, open, connections } = check.descriptors ?? { limit: 0, open: 0, connections: 0 }
    expect(limit).toBe(96)
    expect(connections).toBeGreaterThan(0)
    expect(connections).toBeLessThan(96 - open)
    expect(err).toContain('raise the limit (ulimit -n 4096)')
  })

  test('recognises the load of other processes', { timeout: 120_000 }, async (context) => {
    const loops = Array.from({ length: availableParallelism() }, () => spawn(execPath, ['-e', 'for (;;);']))
    context.onTestFinished(() => endAll(loops))
    const { check, err } = await doctor(context, { interruptAt: BEFORE_PAIRS })
    expect(problemsOf(check), err).toContain('foreign-load')
    expect(check.quiet?.foreignCores).toBeGreaterThan(0.5)
    expect(problemsOf(check)).not.toContain('few-descriptors')
  })

  test('recognises a CPU quota', { timeout: 120_000 }, async (context) => {
    context.skip(!canLimit(), `this process may not create a control group in ${GROUPS}`)
    const group = join(GROUPS, `describe-load-doctor-${process.pid}`)
    mkdirSync(group)
    context.onTestFinished(() => rmdirSync(group))
    writeFileSync(join(group, 'cpu.cfs_quota_us'), '50000')
    const { check, err } = await doctor(context, {
      before: `echo $$ > "${group}/cgroup.procs"`,
      interruptAt: BEFORE_PAIRS,
    })
    expect(check.cpuQuotaCores, err).toBeCloseTo(0.5)
    expect(problemsOf(check)).toContain('small-quota')
    expect(err).toContain('a CPU quota allows 0.5 cores')
  })
})

async function endAll(processes: readonly ChildProcess[]): Promise<void> {
  const ended = processes.map((each) => once(each, 'exit'))
  for (const each of processes) each.kill('SIGKILL')
  await Promise.all(ended)
}

function canLimit(): boolean {
  try {
    accessSync(join(GROUPS, 'cgroup.procs'), constants.W_OK)
    return true
  } catch {
    return false
  }
}
