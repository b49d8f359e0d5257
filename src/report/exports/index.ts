import { oneOf } from '../../model/readers.ts'
import { LoadPlanError, type PlanIssue } from '../../model/errors.ts'
import type { Artifact } from '../../model/record.ts'
import type { CiSystem, Export } from './export.ts'
import * as registry from './registry.ts'

/** Names of the formats that `load({ artifacts })` accepts. */
export type ExportName = (typeof registry)[keyof typeof registry]['name']

const EXPORTS: readonly Export<ExportName>[] = Object.values(registry)
const NAMES = EXPORTS.map(({ name }) => name)
const readName = oneOf(NAMES)

/** The value of `load({ artifacts })`, divided into its two kinds. */
export interface RequestedArtifacts {
  readonly custom: readonly Artifact[]
  readonly exports: readonly ExportName[]
}

/** Divides the value of `load({ artifacts })`. Throws `LoadPlanError` with an issue for each unknown name. */
export function readArtifacts(asked: readonly (Artifact | ExportName)[]): RequestedArtifacts {
  const issues: PlanIssue[] = []
  const exports = asked.flatMap((value, index) =>
    typeof value === 'object' ? [] : (readName(value, `artifacts[${index}]`, issues) ?? []),
  )
  if (issues.length > 0) throw new LoadPlanError(issues, `load() has ${issues.length} issues`)
  return { custom: asked.filter((value) => typeof value === 'object'), exports }
}

/** Returns the formats to write: those that were named, and those of the CI system that runs the tests. */
export function exportsFor(names: readonly ExportName[], ci: CiSystem | undefined): readonly Export[] {
  return EXPORTS.filter(({ name, automaticIn }) => names.includes(name) || (ci !== undefined && automaticIn === ci))
}
