/** Generates the published JSON schemas from the types of the artifacts. Run as a script, it writes them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { createGenerator } from 'ts-json-schema-generator'

type Schema = Readonly<Record<string, unknown>>

const FOLDER = import.meta.dirname

/** Holds the definitions that several artifacts share. */
const COMMON = 'run.json'

/** The type of `artifacts.ts` that each file contains. */
const TYPES: Readonly<Record<string, string>> = {
  [COMMON]: 'AnyRun',
  'load_test_results.json': 'LoadTestResults',
  'limits_test.json': 'LimitsTest',
  'scenario_results.json': 'ScenarioResults',
  'protocol_comparison.json': 'ProtocolComparison',
  'mcp_stress_test.json': 'McpStressTest',
  'capacity_planning.json': 'CapacityPlanning',
  'verdicts.json': 'Verdicts',
  'unit_results.json': 'UnitResults',
  'baseline.json': 'BaselineFile',
  'load-history.json': 'HistoryLine',
  'machine-check.json': 'MachineCheckFile',
}

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'

/** What the generator writes before the name of a definition. */
const REFERENCE = '#/definitions/'

/**
 * Returns each schema by its file name. Objects are open, because later versions add fields to results; a validator
 * with an older schema accepts them.
 */
export function generateSchemas(): Readonly<Record<string, Schema>> {
  const { definitions = {} } = createGenerator({
    path: join(FOLDER, 'artifacts.ts'),
    tsconfig: join(FOLDER, '../../tsconfig.json'),
    type: '*',
    additionalProperties: true,
    encodeRefs: false,
    skipTypeCheck: true,
    sortProps: false,
  }).createSchema('*') as { readonly definitions?: Readonly<Record<string, Schema>> }
  const files = Object.entries(TYPES).map(([file, root]) => ({ file, root, names: reachable(root, definitions) }))
  const isCommon = (name: string): boolean => files.filter(({ names }) => names.has(name)).length > 1
  return Object.fromEntries(
    files.map(({ file, root, names }) => {
      const own = Object.keys(definitions).filter(
        (name) => (file === COMMON && isCommon(name)) || (names.has(name) && !isCommon(name)),
      )
      const place = (name: string): string => `${own.includes(name) ? '' : COMMON}#/$defs/${name}`
      const $defs = Object.fromEntries(
        own.toSorted().flatMap((name) => (name === root ? [] : [[name, converted(definitions[name], place)]])),
      )
      const { description, ...content } = converted(definitions[root], place) as Schema
      const title = String(description).replace(/\.$/, '')
      return [file, { $schema: DRAFT, $id: file, title, ...content, $defs }]
    }),
  )
}

/** Returns the names of the definitions that a definition refers to, directly or not, and its own. */
function reachable(from: string, definitions: Readonly<Record<string, Schema>>): ReadonlySet<string> {
  const names = new Set([from])
  // A set iterates over what is added meanwhile.
  for (const name of names) {
    converted(definitions[name], (next) => {
      names.add(next)
      return next
    })
  }
  return names
}

/** Returns a schema of draft 7, which the generator writes, as draft 2020-12. `place` returns the new reference. */
function converted(value: unknown, place: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => converted(item, place))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, content]) => !isAbsent(content))
      .map(([key, content]) => {
        if (key === '$ref') return [key, place(String(content).slice(REFERENCE.length))]
        // The second line of a list item is indented in a comment.
        if (typeof content === 'string') return [key, content.replaceAll(/ {2,}/g, ' ')]
        return [key === 'items' && Array.isArray(content) ? 'prefixItems' : key, converted(content, place)]
      }),
  )
}

/** Whether this is the schema of a key that its object never has: of type `undefined`. */
function isAbsent(schema: unknown): boolean {
  return isDeepStrictEqual(schema, { not: {} })
}

if (import.meta.main) {
  for (const [file, schema] of Object.entries(generateSchemas())) {
    writeFileSync(join(FOLDER, file), `${JSON.stringify(schema, null, 2)}\n`)
  }
}
