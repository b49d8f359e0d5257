import { unitSuite } from '../../src/vitest.ts'

unitSuite()
