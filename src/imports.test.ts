import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** The files that each file imports, by path. */
type Imports = ReadonlyMap<string, readonly string[]>

/** An `import` or `export … from` of another source file, also `import type` and `import()`. */
const IMPORT = /(?:\bfrom|\bimport\(|\bimport)\s*'(\.[^']*\.ts)'/g

function importsIn(folder: string): Imports {
  const files = globSync('**/*.ts', { cwd: folder })
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(folder, file), 'utf8')
      return [file, [...text.matchAll(IMPORT)].map(([, path = '']) => join(file, '..', path))]
    }),
  )
}

/** Returns a circle as the files along it, or undefined if there is none. */
function circleIn(imports: Imports): readonly string[] | undefined {
  const finished = new Set<string>()
  const path: string[] = []
  const visit = (file: string): readonly string[] | undefined => {
    if (finished.has(file)) return undefined
    const start = path.indexOf(file)
    if (start !== -1) return [...path.slice(start), file]
    path.push(file)
    for (const imported of imports.get(file) ?? []) {
      const circle = visit(imported)
      if (circle !== undefined) return circle
    }
    path.pop()
    finished.add(file)
    return undefined
  }
  for (const file of imports.keys()) {
    const circle = visit(file)
    if (circle !== undefined) return circle
  }
  return undefined
}

// The linter's rule misses circles of types and of `import()`, which are as hard to read and to move.
test('no source files import each other in a circle, not even types', () => {
  const imports = importsIn(import.meta.dirname)
  expect(imports.get('run/load-run.ts')).toEqual(
    expect.arrayContaining(['plan/compiled-plan.ts', 'run/generator/fleet.ts']),
  )
  expect(circleIn(imports)).toBeUndefined()
})

test.each([
  [{ a: ['b'], b: ['c'], c: ['b'] }, ['b', 'c', 'b']],
  [{ a: ['a'] }, ['a', 'a']],
  [{ a: ['b', 'c'], b: ['c'], c: [] }, undefined],
])('finds the circle in %j', (imports, circle) => {
  expect(circleIn(new Map(Object.entries(imports)))).toEqual(circle)
})
