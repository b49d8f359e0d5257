import { stripTypeScriptTypes } from 'node:module'
import { type ArrayExpression, type Expression, type ObjectExpression, parse, type Program } from 'acorn'

/** A configuration file in JavaScript or TypeScript. */
export interface ExportedConfig {
  readonly text: string
  readonly program: Program
  /** What it exports. */
  readonly value: Expression
  /** The file has ES module syntax. */
  readonly isModule: boolean
}

/** A configuration file whose exported object can be edited. */
export interface ConfigSource extends ExportedConfig {
  readonly object: ObjectExpression
}

/** A text to insert at a position. */
export interface Insertion {
  readonly at: number
  readonly text: string
}

/**
 * Reads a configuration file. Returns undefined if its text does not show which object it exports, for example because
 * a function computes it.
 */
export function readConfig(text: string): ConfigSource | undefined {
  const exported = exportedIn(text)
  const object = exported && objectOf(exported.value, exported.program)
  return object && { ...exported, object }
}

/** Reads a configuration file, whatever it exports. Returns undefined if it has no default export. */
export function exportedIn(text: string): ExportedConfig | undefined {
  const program = programOf(text)
  const exported = program && exportOf(program)
  return exported && { text, program, ...exported }
}

/** Tries JavaScript first, because stripping types prints a warning of Node. The positions stay the same. */
function programOf(text: string): Program | undefined {
  for (const javaScript of [() => text, () => stripTypeScriptTypes(text)]) {
    try {
      return parse(javaScript(), { ecmaVersion: 'latest', sourceType: 'module' })
    } catch {
      // The next attempt, or the caller, handles it.
    }
  }
  return undefined
}

function exportOf({ body }: Program): { readonly value: Expression; readonly isModule: boolean } | undefined {
  for (const statement of body) {
    if (statement.type === 'ExportDefaultDeclaration') {
      const { declaration } = statement
      const isExpression = !declaration.type.endsWith('Declaration')
      return isExpression ? { value: declaration as Expression, isModule: true } : undefined
    }
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression') continue
    const { left, right } = statement.expression
    const isExports =
      left.type === 'MemberExpression' &&
      left.object.type === 'Identifier' &&
      left.object.name === 'module' &&
      left.property.type === 'Identifier' &&
      left.property.name === 'exports'
    if (isExports) return { value: right, isModule: false }
  }
  return undefined
}

/** Functions that return their argument, or merge their last one into the others. */
const TRANSPARENT: ReadonlySet<string> = new Set(['defineConfig', 'defineProject', 'mergeConfig', 'withLoad'])

const PLAIN_STATEMENTS: ReadonlySet<string> = new Set([
  'VariableDeclaration',
  'FunctionDeclaration',
  'ExpressionStatement',
])

function objectOf(expression: Expression, program: Program): ObjectExpression | undefined {
  switch (expression.type) {
    case 'ObjectExpression':
      return expression
    case 'CallExpression': {
      const { callee } = expression
      if (callee.type !== 'Identifier' || !TRANSPARENT.has(callee.name)) return undefined
      // The second argument of ours has options.
      const argument = expression.arguments.at(callee.name === 'withLoad' ? 0 : -1)
      return argument === undefined || argument.type === 'SpreadElement' ? undefined : objectOf(argument, program)
    }
    case 'ArrowFunctionExpression': {
      const { body } = expression
      if (body.type !== 'BlockStatement') return objectOf(body, program)
      const returned = body.body.at(-1)
      // Other statements may return, too.
      const isPlain = body.body.slice(0, -1).every(({ type }) => PLAIN_STATEMENTS.has(type))
      if (returned?.type !== 'ReturnStatement' || !isPlain) return undefined
      return returned.argument === null || returned.argument === undefined
        ? undefined
        : objectOf(returned.argument, program)
    }
    case 'Identifier': {
      const { name } = expression
      const found = program.body
        .flatMap((statement) => (statement.type === 'VariableDeclaration' ? statement.declarations : []))
        .find(({ id }) => id.type === 'Identifier' && id.name === name)
      return found?.init?.type === 'ObjectExpression' || found?.init?.type === 'CallExpression'
        ? objectOf(found.init, program)
        : undefined
    }
    default:
      return undefined
  }
}

/** Returns the value of a property as an expression. */
export function propertyOf({ properties }: ObjectExpression, name: string): Expression | undefined {
  for (const property of properties) {
    if (property.type === 'SpreadElement' || property.computed) continue
    const { key } = property
    const named = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? key.value : undefined
    if (named === name) return property.value
  }
  return undefined
}

/** Whether other properties may come from elsewhere. */
export function hasSpread({ properties }: ObjectExpression): boolean {
  return properties.some(({ type }) => type === 'SpreadElement')
}

/** Returns the value of an expression of literals; undefined for any other. */
export function literalOf(expression: Expression | undefined): unknown {
  if (expression?.type === 'Literal') return expression.value
  if (expression?.type !== 'ArrayExpression') return undefined
  return expression.elements.map((element) =>
    element === null || element.type === 'SpreadElement' ? undefined : literalOf(element),
  )
}

/**
 * Returns the texts of a setting that is a string or a list of strings. The folder of the file (`__dirname`) is `.`.
 * Returns undefined if the setting is computed, and an empty list without a setting.
 */
export function textsOf(setting: Expression | undefined): readonly string[] | undefined {
  if (setting === undefined) return []
  if (isFolderOfFile(setting)) return ['.']
  const texts = [literalOf(setting)].flat()
  return texts.every((text) => typeof text === 'string') ? texts : undefined
}

function isFolderOfFile(expression: Expression): boolean {
  if (expression.type === 'Identifier') return expression.name === '__dirname'
  return (
    expression.type === 'MemberExpression' &&
    expression.object.type === 'MetaProperty' &&
    expression.property.type === 'Identifier' &&
    expression.property.name === 'dirname'
  )
}

/** Returns the edit that adds a property to an object, before the others and indented like them. */
export function insertProperty({ text }: ConfigSource, object: ObjectExpression, code: string): Insertion {
  const [first] = object.properties
  if (first === undefined) {
    const inside = text.slice(object.start + 1, object.end - 1)
    return {
      at: object.start + 1,
      text: inside.includes('\n') ? `\n${lineIndent(text, object.start)}  ${code},` : ` ${code} `,
    }
  }
  const isOnOwnLine = text.slice(object.start, first.start).includes('\n')
  return { at: first.start, text: `${code},${isOnOwnLine ? `\n${lineIndent(text, first.start)}` : ' '}` }
}

/** Returns the edit that adds an element to an array, after the others and indented like them. */
export function insertElement({ text }: ConfigSource, array: ArrayExpression, code: string): Insertion {
  const [first = null] = array.elements
  const last = array.elements.at(-1) ?? null
  if (first === null || last === null) return { at: array.start + 1, text: code }
  const isOnOwnLine = text.slice(array.start, first.start).includes('\n')
  return { at: last.end, text: `,${isOnOwnLine ? `\n${lineIndent(text, first.start)}` : ' '}${code}` }
}

/** Returns the edit that adds a default-free import after the other imports, written like them. */
export function insertImport({ text, program }: ExportedConfig, names: string, from: string): Insertion {
  const last = program.body.findLast(({ type }) => type === 'ImportDeclaration')
  const line = `import { ${names} } from ${quoted(text, from)}${usesSemicolons(text, program) ? ';' : ''}`
  if (last !== undefined) return { at: last.end, text: `\n${line}` }
  return { at: endOfHead(text), text: `${line}\n\n` }
}

/** Returns the edit that adds a `require` after the others, written like them. */
export function insertRequire({ text, program }: ExportedConfig, names: string, from: string): Insertion {
  const last = program.body.findLast(
    (statement) =>
      statement.type === 'VariableDeclaration' && statement.declarations.some(({ init }) => isRequire(init)),
  )
  const line = `const { ${names} } = require(${quoted(text, from)})${usesSemicolons(text, program) ? ';' : ''}`
  return last === undefined ? { at: endOfHead(text), text: `${line}\n\n` } : { at: last.end, text: `\n${line}` }
}

function isRequire(value: Expression | null | undefined): boolean {
  return value?.type === 'CallExpression' && value.callee.type === 'Identifier' && value.callee.name === 'require'
}

/** References to types, and checks of them, must stay the first lines. */
function endOfHead(text: string): number {
  return (/^(?:(?:#!|\/\/\/|\/\/ *@ts-).*\n)*/.exec(text)?.[0] ?? '').length
}

/** Returns a text as a string literal, in the quotes that the file uses. */
export function quoted(text: string, value: string): string {
  const count = (quote: string): number => text.split(quote).length
  return count('"') > count("'") ? `"${value}"` : `'${value}'`
}

/** Returns whether a name is declared or imported at the top of the file. */
export function declares({ body }: Program, name: string): boolean {
  return body.some((statement) => {
    if (statement.type === 'ImportDeclaration') return statement.specifiers.some(({ local }) => local.name === name)
    if (statement.type === 'VariableDeclaration') {
      return statement.declarations.some(({ id }) => id.type === 'Identifier' && id.name === name)
    }
    return statement.type === 'FunctionDeclaration' && statement.id.name === name
  })
}

/** Returns whether the file imports a module. */
export function imports({ body }: Program, from: string): boolean {
  return body.some((statement) => statement.type === 'ImportDeclaration' && statement.source.value === from)
}

/** Returns the text with all insertions. */
export function withInsertions(text: string, insertions: readonly Insertion[]): string {
  return insertions
    .toSorted((one, other) => other.at - one.at)
    .reduce((edited, { at, text: inserted }) => edited.slice(0, at) + inserted + edited.slice(at), text)
}

function usesSemicolons(text: string, { body }: Program): boolean {
  const [first] = body
  return first !== undefined && text[first.end - 1] === ';'
}

/** White space at the beginning of the line with a position. */
function lineIndent(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1))?.[0] ?? ''
}
