import { type Content, type Html, html } from './html.ts'

/** A column of a table; words are left-aligned, figures right-aligned. */
export interface Column {
  readonly name: string
  readonly kind?: 'figure' | 'word' | 'long'
}

/** Returns a table that scrolls within its width. The first cell of each row is its heading. */
export function tableOf(
  caption: string,
  columns: readonly (Column | string)[],
  rows: readonly (readonly Content[])[],
): Html {
  const heads = columns.map((column): Column => (typeof column === 'string' ? { name: column } : column))
  const classOf = ({ kind = 'figure' }: Column): string =>
    kind === 'figure' ? '' : kind === 'long' ? 'word long' : 'word'
  const cellOf = (content: Content, column: number): Html => {
    const head = heads[column] ?? { name: '' }
    return column === 0
      ? html`<th scope="row" class="${classOf(head)}">${content}</th>`
      : html`<td class="${classOf(head)}">${content}</td>`
  }
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}">
    <table>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col" class="${classOf(head)}">${head.name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map(cellOf)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
