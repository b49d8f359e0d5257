import type { Vitest } from 'vitest/node'
import { valueAt } from './value-at.ts'

/** Returns whether the run has Vitest's UI or its HTML reporter, which show annotations with images. */
export function showsImages({ config: { ui, reporters } }: Pick<Vitest, 'config'>): boolean {
  return (
    ui ||
    reporters.some(
      (reporter: unknown) =>
        reporter === 'html' || valueAt(reporter, '0') === 'html' || valueAt(reporter, 'name') === 'html',
    )
  )
}
