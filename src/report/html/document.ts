import { createHash } from 'node:crypto'
import { type Html, html, trusted } from './html.ts'
import { CHART_STYLE, PAGE_STYLE } from './style.ts'

/** Returns a page that needs no other file, with the styles of the reports. `script` runs after the body. */
export function htmlDocument({ title, body, script }: HtmlDocument): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policyOf(script)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${trusted(`<style id="chart-style">${CHART_STYLE}</style>`)} ${trusted(`<style>${PAGE_STYLE}</style>`)}
      </head>
      <body>
        ${body} ${script !== undefined && trusted(`<script>${script}</script>`)}
      </body>
    </html> `
  return page.toString()
}

interface HtmlDocument {
  readonly title: string
  readonly body: Html
  readonly script?: string
}

/** Allows only the styles and the script of this page, and no request. */
function policyOf(script: string | undefined): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  const styles = [CHART_STYLE, PAGE_STYLE].map(hash).join(' ')
  const scripts = script === undefined ? '' : ` script-src ${hash(script)};`
  return `default-src 'none'; style-src ${styles};${scripts} base-uri 'none'; form-action 'none'`
}
