import { format } from 'node:util'
import { cleanText } from '../../model/text/clean.ts'

/**
 * Returns the name of each case of `.each` or `.for`: `%s`, `%d`, `%i`, `%f`, `%j`, `%o` are its values in order, `%#` is
 * its index, and `$name` is a key of an object. Playwright has no such names, and rejects two tests of one name, so the
 * second one of a name gets a number.
 */
export function caseNames(template: string, cases: readonly unknown[]): readonly string[] {
  const counts = new Map<string, number>()
  return cases.map((item, index) => {
    const name = nameOf(template, item, index)
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return count === 1 ? name : `${name} (${count})`
  })
}

/** The placeholders of `util.format` that take a value; `%%` takes none. */
const PLACEHOLDER = /%[sdifjoO%]/g

function nameOf(template: string, item: unknown, index: number): string {
  const numbered = template.replaceAll('%#', String(index)).replaceAll('$#', String(index))
  const values: readonly unknown[] = Array.isArray(item) ? item : [item]
  const used = (numbered.match(PLACEHOLDER) ?? []).filter((placeholder) => placeholder !== '%%').length
  // `format` would append the values that no placeholder takes.
  const formatted = used === 0 ? numbered : format(numbered, ...values.slice(0, used))
  return cleanText(formatted.replaceAll(/\$([\w.]+)/g, (whole, path: string) => valueAt(item, path) ?? whole))
}

function valueAt(item: unknown, path: string): string | undefined {
  const value = path
    .split('.')
    .reduce<unknown>(
      (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
      item,
    )
  return value === undefined ? undefined : format('%s', value)
}
