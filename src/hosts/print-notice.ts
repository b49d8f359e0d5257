import { cleanText } from '../model/text/clean.ts'

/** Prints a notice immediately, on stderr. */
export function printNotice(text: string): void {
  process.stderr.write(`describe-load: ${cleanText(text)}\n`)
}
