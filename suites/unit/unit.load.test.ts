import { unitSuite } from '../../src/vitest.ts'
import { shortened } from '../durations.ts'

unitSuite(shortened ? { durationMs: 300 } : {})
