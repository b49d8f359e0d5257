import { limitsSuite } from 'describe-load/vitest'

const target = { command: ['node', 'server.js'], cwd: import.meta.dirname, url: 'http://127.0.0.1:{port}' }

limitsSuite({ name: 'cart', target, request: { path: '/cart' }, slo: { p99Ms: 100, errorRate: 0.01 }, minRps: 50 })
