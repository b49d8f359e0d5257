import { isRecord } from '../../../model/readers.ts'
import {
  type ConfigSource,
  declares,
  exportedIn,
  hasSpread,
  imports,
  type Insertion,
  insertElement,
  insertImport,
  insertProperty,
  insertRequire,
  literalOf,
  propertyOf,
  quoted,
  readConfig,
  withInsertions,
} from './config-source.ts'

/** An edited configuration; `present` if it needs no edit, `unusual` if its author must edit it. */
export type Edited = { readonly text: string } | 'present' | 'unusual'

const PLUGIN = 'describe-load/plugin'
const PLAYWRIGHT = 'describe-load/playwright'
const PRESET = 'describe-load'
const JEST_RUNNER = 'describe-load/jest-runner'
const JEST_REPORTER = 'describe-load/jest-reporter'

/** Adds the plugin to the plugins of a configuration of Vitest or Vite. */
export function withPlugin(text: string): Edited {
  if (text.includes(PLUGIN)) return 'present'
  const source = readConfig(text)
  if (source === undefined || !source.isModule) return 'unusual'
  const { program, object } = source
  const plugins = propertyOf(object, 'plugins')
  const isNameTaken = declares(program, 'load')
  const call = isNameTaken ? 'loadTests()' : 'load()'
  let added: Insertion
  if (plugins?.type === 'ArrayExpression') added = insertElement(source, plugins, call)
  else if (plugins === undefined && !hasSpread(object)) added = insertProperty(source, object, `plugins: [${call}]`)
  else return 'unusual'
  return checked(source, [added, insertImport(source, isNameTaken ? 'load as loadTests' : 'load', PLUGIN)], (edited) =>
    imports(edited.program, PLUGIN),
  )
}

/** Calls `withLoad` with the exported configuration of Playwright, whatever expression it is. */
export function withLoadCall(text: string): Edited {
  if (text.includes(PLAYWRIGHT)) return 'present'
  const exported = exportedIn(text)
  if (exported === undefined) return 'unusual'
  const { program, value, isModule } = exported
  if (declares(program, 'withLoad') || hasProjectOfName(text, 'load')) return 'unusual'
  const insert = isModule ? insertImport : insertRequire
  const edited = withInsertions(text, [
    { at: value.start, text: 'withLoad(' },
    { at: value.end, text: ')' },
    insert(exported, 'withLoad', PLAYWRIGHT),
  ])
  return exportedIn(edited)?.value.type === 'CallExpression' ? { text: edited } : 'unusual'
}

function hasProjectOfName(text: string, name: string): boolean {
  const source = readConfig(text)
  const projects = source && propertyOf(source.object, 'projects')
  if (projects?.type !== 'ArrayExpression') return false
  return projects.elements.some(
    (project) => project?.type === 'ObjectExpression' && literalOf(propertyOf(project, 'name')) === name,
  )
}

/** Adds the preset to a configuration of Jest; or, beside another preset, its runner and its reporter. */
export function withJestParts(text: string): Edited {
  if (text.includes(PRESET)) return 'present'
  const source = readConfig(text)
  if (source === undefined) return 'unusual'
  const { object } = source
  const has = (name: string): boolean => propertyOf(object, name) !== undefined
  if (has('projects') || has('runner')) return 'unusual'
  const reporters = propertyOf(object, 'reporters')
  const string = (value: string): string => quoted(text, value)
  const isAdded = (edited: ConfigSource): boolean =>
    propertyOf(edited.object, 'preset') !== undefined || propertyOf(edited.object, 'runner') !== undefined
  if (!has('preset') && reporters === undefined && !hasSpread(object)) {
    return checked(source, [insertProperty(source, object, `preset: ${string(PRESET)}`)], isAdded)
  }
  const runner = insertProperty(source, object, `runner: ${string(JEST_RUNNER)}`)
  if (reporters === undefined) {
    const code = `reporters: [${string('default')}, ${string(JEST_REPORTER)}]`
    // The last insertion at a position comes first in the text.
    return checked(source, [insertProperty(source, object, code), runner], isAdded)
  }
  if (reporters.type !== 'ArrayExpression') return 'unusual'
  return checked(source, [runner, insertElement(source, reporters, string(JEST_REPORTER))], isAdded)
}

/** Adds the same to the key `jest` of a `package.json`, whose text must have the layout that npm writes. */
export function withJestKey(text: string): Edited {
  const manifest: unknown = JSON.parse(text)
  const jest = isRecord(manifest) ? manifest['jest'] : undefined
  if (!isRecord(manifest) || !isRecord(jest)) return 'unusual'
  if (JSON.stringify(jest).includes(PRESET)) return 'present'
  const indent = /^\{\n([ \t]+)"/.exec(text)?.[1] ?? ''
  const written = (value: unknown): string => JSON.stringify(value, null, indent) + (text.endsWith('\n') ? '\n' : '')
  const { reporters } = jest
  const isUnusual = 'projects' in jest || 'runner' in jest || (reporters !== undefined && !Array.isArray(reporters))
  if (isUnusual || written(manifest) !== text) return 'unusual'
  const parts =
    'preset' in jest || Array.isArray(reporters)
      ? { runner: JEST_RUNNER, reporters: [...(Array.isArray(reporters) ? reporters : ['default']), JEST_REPORTER] }
      : { preset: PRESET }
  return { text: written({ ...manifest, jest: { ...jest, ...parts } }) }
}

/** Accepts an edit only if the edited text can be read and has what was added. */
function checked(
  { text }: ConfigSource,
  insertions: readonly Insertion[],
  isAdded: (edited: ConfigSource) => boolean,
): Edited {
  const edited = withInsertions(text, insertions)
  const source = readConfig(edited)
  return source !== undefined && isAdded(source) ? { text: edited } : 'unusual'
}
