import type { RunRecord } from '../../../model/record.ts'
import { type Html, html } from '../html.ts'

/** Returns the findings of a run of a suite; undefined for other runs, and for one that was interrupted. */
export function findingsOf<Findings>(
  { suite, findings }: RunRecord,
  name: string,
  key: keyof Findings & string,
): Findings | undefined {
  const isConcluded = suite === name && typeof findings === 'object' && findings !== null && key in findings
  return isConcluded ? (findings as Findings) : undefined
}

/** Returns sentences as a list; nothing without any. */
export function listOf(lines: readonly string[]): Html | undefined {
  return lines.length === 0
    ? undefined
    : html`<ul>
        ${lines.map((line) => html`<li>${line}</li>`)}
      </ul>`
}
