import type { Artifact } from '../model/record.ts'
import * as registry from './registry.ts'

/** Every artifact that the package writes, by file name. */
export const artifacts: readonly Artifact[] = Object.values(registry).sort((a, b) => (a.fileName < b.fileName ? -1 : 1))
