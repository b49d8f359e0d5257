import type { RunRecord } from '../../model/record.ts'
import type { RenderedFile } from '../render.ts'

/** A continuous integration system that describe-load recognises. */
export type CiSystem = 'github' | 'gitlab'

/** Files in a format that another program reads. They are written only where they are of use. */
export interface Export<Name extends string = string> {
  /** Name in `load({ artifacts })`. */
  readonly name: Name
  /** The system in which they are written without being named. */
  readonly automaticIn?: CiSystem
  /** Returns the files for all runs of this test run; none if the runs have nothing for them. Pure. */
  render(runs: readonly RunRecord[]): readonly RenderedFile[]
}
