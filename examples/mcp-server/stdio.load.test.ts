import { expect, loadTest } from 'describe-load/vitest'

// describe-load starts this command, speaks MCP over its standard input and output, and ends it after the load.
const target = { stdio: ['node', 'stdio.ts'], cwd: import.meta.dirname }
const add = { tool: 'add', arguments: { a: 2, b: 3 }, weight: 3 }
const list = { method: 'tools/list', weight: 1 }

loadTest('answers over pipes', { target, rate: 50, duration: '30s', workload: { add, list } }, ({ result }) => {
  // A tool that reports `isError` counts as an error, and so does a reply that belongs to another call.
  expect(result).toHaveNoErrors()
  expect(result.operations.add).toHaveP95Below(200) // ms
})
