import { type Html, html } from './html.ts'

/** Returns sentences as a list; nothing without any. */
export function listOf(lines: readonly string[]): Html | undefined {
  return lines.length === 0
    ? undefined
    : html`<ul>
        ${lines.map((line) => html`<li>${line}</li>`)}
      </ul>`
}
