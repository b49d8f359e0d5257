import type { Html } from '../html.ts'
import type { RunView } from '../run-view.ts'

/** A part of the page about one run; undefined if the run has nothing for it. */
export interface Section {
  /** Part of the ids of its elements. */
  readonly id: string
  readonly title: string
  readonly render: (view: RunView) => Html | undefined
}
