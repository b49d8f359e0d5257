import { gzipSync } from 'node:zlib'
import { type Html, html } from './html.ts'

/** Returns a link to a file that the page contains. Without a script, it gives the compressed file. */
export function download(fileName: string, text: string): Html {
  const data = gzipSync(text, { level: 9 }).toString('base64')
  return html`<a download="${fileName}.gz" href="data:application/gzip;base64,${data}">${fileName}.gz</a>`
}
