/**
 * `describe-load/jest` as Jest loads it. Jest runs test files and what they import in a realm of their own, where
 * `require()` of an ES module needs `--experimental-vm-modules`, and once for each file. describe-load measures, so Node
 * itself loads it, once in each process. This file is what connects the two.
 */
const { createRequire } = require('node:vm').runInThisContext('process').getBuiltinModule('node:module')
const globals = require('@jest/globals')

const load = createRequire(__filename)
load('./jest-test-file.js').enterTestFile(globals, globalThis)
const host = load('./jest.js')

// One by one, because Jest reads the names of exports from the text of a CommonJS module.
exports.expect = globals.expect
exports.LoadError = host.LoadError
exports.LoadInternalError = host.LoadInternalError
exports.LoadMatcherError = host.LoadMatcherError
exports.LoadPlanError = host.LoadPlanError
exports.LoadResourceError = host.LoadResourceError
exports.LoadTargetError = host.LoadTargetError
exports.LoadUserCodeError = host.LoadUserCodeError
exports.LoadVerdictError = host.LoadVerdictError
exports.burst = host.burst
exports.capacitySuite = host.capacitySuite
exports.constant = host.constant
exports.describeLoad = host.describeLoad
exports.fromRate = host.fromRate
exports.http = host.http
exports.journey = host.journey
exports.judge = host.judge
exports.limitsSuite = host.limitsSuite
exports.loadTest = host.loadTest
exports.mcp = host.mcp
exports.mcpStressSuite = host.mcpStressSuite
exports.metric = host.metric
exports.metricsOf = host.metricsOf
exports.mix = host.mix
exports.poisson = host.poisson
exports.protocolsSuite = host.protocolsSuite
exports.rampUp = host.rampUp
exports.randomWalk = host.randomWalk
exports.runLoad = host.runLoad
exports.scenarios = host.scenarios
exports.scenariosSuite = host.scenariosSuite
exports.sequence = host.sequence
exports.sineWave = host.sineWave
exports.startLoad = host.startLoad
exports.summary = host.summary
exports.tcp = host.tcp
exports.unitSuite = host.unitSuite
exports.websocket = host.websocket
