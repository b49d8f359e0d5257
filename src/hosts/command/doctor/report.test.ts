import { stripVTControlCharacters } from 'node:util'
import { Chalk } from 'chalk'
import { expect, test } from 'vitest'
import { COLUMNS } from '../../../report/page.ts'
import { machineCheck, quietMachine } from './machine-check.builder.ts'
import { reportOf } from './report.ts'

const plain = new Chalk({ level: 0 })
const colored = new Chalk({ level: 1 })
const { quiet, noise } = quietMachine
if (quiet === null || noise === null) throw new TypeError('the quiet machine was measured')

const busy = machineCheck({
  cpuQuotaCores: 0.5,
  descriptors: { limit: 90, open: 31, connections: 32 },
  quiet: { lagP50Ms: 3.2, lagP99Ms: 14.9, lagMaxMs: 88, stealRatio: 0.071, foreignCores: 1.87 },
  ceiling: { heldRps: 250, lateRps: 420, lateLagP99Ms: 1_204 },
  noise: { ...noise, excluded: 6, metrics: [], tolerance: null, provable: null, throttledRatio: 0.4 },
})
const interrupted = machineCheck({ ceiling: null, noise: null }, { isComplete: false, isFit: false })
const elsewhere = machineCheck(
  { cores: 1, descriptors: null, ports: null, quiet: { ...quiet, stealRatio: null, foreignCores: null } },
  { isQuick: true },
)

test('a machine that is fit', () => {
  expect(reportOf(machineCheck(), plain)).toMatchInlineSnapshot(`
    "machine       2 cores (AMD EPYC 9R14), 7 936 MB, Linux 6.8.0, Node.js 24.11.0
    CPU quota     none
    descriptors   1 048 576, 31 of them open: up to 1 048 518 connections
    ports         28 232: up to 28 232 short-lived connections/s to this machine,
                    470/s to another one
    timers        late by 0.310 ms (p50), 1.08 ms (p99), at most 2.40 ms
    steal         0%
    other load    0.02 cores of 2
    generator     sends up to 22 627 req/s on time; not 26 909 req/s, p99 61.2 ms
                    late
    scatter       median 1.2%, mean 2.4%, CPU 4.1% (14 pairs of 1 s blocks,
                    100 req/s to equal servers of 10 ms)
    comparisons   show a slowdown of 6.2% with a tolerance of 3%, in 1.4 min to
                    3.1 min

    Fit for load tests.

    A load test here:
      rate: 100,                          // up to 11 000, if the service allows it
      duration: '20s',                    // proves a p99 at this rate
    A comparison of two versions (\`against\`):
      rate: 100,                          // the scatter was measured at this rate
      comparison: { tolerance: 0.03 },    // LOAD_AA=1 measures your service"
  `)
})

test('a machine that is not fit', () => {
  expect(reportOf(busy, plain)).toMatchInlineSnapshot(`
    "machine       2 cores (AMD EPYC 9R14), 7 936 MB, Linux 6.8.0, Node.js 24.11.0
    CPU quota     0.5 cores
    descriptors   90, 31 of them open: up to 32 connections
    ports         28 232: up to 28 232 short-lived connections/s to this machine,
                    470/s to another one
    timers        late by 3.20 ms (p50), 14.9 ms (p99), at most 88.0 ms
    steal         7.1%
    other load    1.87 cores of 2
    generator     sends up to 250 req/s on time; not 420 req/s, p99 1 204 ms late
    scatter       unknown (14 pairs of 1 s blocks, 100 req/s to equal servers of
                    10 ms, 6 disturbed)
    comparisons   unknown, with too few undisturbed pairs

    problem       this process may open 90 files, which leaves 32 connections; load
                    tests use up to 100 by default
                  → raise the limit (ulimit -n 4096), in CI in the step that runs
                    the tests

    problem       a CPU quota allows 0.5 cores; the kernel stops the generator when
                    it has used them up
                  → give the container at least 1 core for the generator, and what
                    the service needs in addition

    problem       the hypervisor gives 7.1% of the CPU time to other machines, and
                    latencies include these pauses
                  → use a machine with dedicated cores, or compare side by side
                    (\`against\`) instead of with limits

    problem       other processes use 1.87 of 2 cores, which slows the generator and
                    the service
    problem       timers fire up to 14.9 ms late (p99), so requests would be sent
                    too late
    problem       the generator sends only 250 req/s on time
    problem       other processes disturbed 6 of 14 pairs of blocks, so that
                    comparisons would be invalid
                  → stop other processes, or run load tests on a machine that has
                    nothing else to do

    Not fit for load tests: 7 problems."
  `)
})

test('a check that was interrupted', () => {
  expect(reportOf(interrupted, plain)).toMatchInlineSnapshot(`
    "machine       2 cores (AMD EPYC 9R14), 7 936 MB, Linux 6.8.0, Node.js 24.11.0
    CPU quota     none
    descriptors   1 048 576, 31 of them open: up to 1 048 518 connections
    ports         28 232: up to 28 232 short-lived connections/s to this machine,
                    470/s to another one
    timers        late by 0.310 ms (p50), 1.08 ms (p99), at most 2.40 ms
    steal         0%
    other load    0.02 cores of 2
    generator     not measured
    scatter       not measured
    comparisons   not measured

    Interrupted: what was measured until then has no problem."
  `)
})

test('a quick check on another system', () => {
  expect(reportOf(elsewhere, plain)).toMatchInlineSnapshot(`
    "machine       1 core (AMD EPYC 9R14), 7 936 MB, Linux 6.8.0, Node.js 24.11.0
    CPU quota     none
    descriptors   not reported by this system
    ports         not reported by this system
    timers        late by 0.310 ms (p50), 1.08 ms (p99), at most 2.40 ms
    steal         not reported by this system
    other load    not reported by this system
    generator     sends up to 22 627 req/s on time; not 26 909 req/s, p99 61.2 ms
                    late
    scatter       median 1.2%, mean 2.4%, CPU 4.1% (14 pairs of 1 s blocks,
                    100 req/s to equal servers of 10 ms)
    comparisons   show a slowdown of 6.2% with a tolerance of 3%, in 1.4 min to
                    3.1 min

    note          the generator and a service on this machine share one core, and
                    slow each other down
                  → keep the rate low, or run the service on another machine

    note          this system does not report steal and the load of other processes
                  → check the load of the machine yourself, or run load tests on
                    Linux

    Fit for load tests.

    A load test here:
      rate: 100,                          // up to 11 000, if the service allows it
      duration: '20s',                    // proves a p99 at this rate
    A comparison of two versions (\`against\`):
      rate: 100,                          // the scatter was measured at this rate
      comparison: { tolerance: 0.03 },    // LOAD_AA=1 measures your service
    --quick: short blocks scatter more than those of a comparison. Without it, the
      check takes a minute."
  `)
})

test.each([
  ['fit', machineCheck()],
  ['busy', busy],
  ['interrupted', interrupted],
  ['elsewhere', elsewhere],
])('has at most 80 columns, and the same text in colors: %s', (_, check) => {
  const text = reportOf(check, plain)
  expect(text.split('\n').filter((line) => line.length > COLUMNS)).toEqual([])
  expect(text).not.toContain('\u001B')
  expect(stripVTControlCharacters(reportOf(check, colored))).toBe(text)
})
