#!/usr/bin/env node
// What an older Node cannot even load is loaded after it was told so.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`describe-load: needs Node 22.19 or newer, and this is ${process.versions.node}\n`)
  process.exit(2)
}
await import('./command.ts')
