/** TypeScript's own language server, as an editor uses it, on one document that imports this package. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

const repository = fileURLToPath(new URL('../', import.meta.url))

interface CompletionItem {
  readonly label: string
  readonly kind?: number
  readonly documentation?: string | { readonly value: string }
}

interface Diagnostic {
  readonly message: string
  readonly range: { readonly start: { readonly line: number } }
}

/** One completion: a name, and the text that an editor shows beside it. */
export interface Offer {
  readonly name: string
  readonly documentation: string
}

interface Reply {
  readonly id?: number | string
  readonly method?: string
  readonly result?: unknown
  readonly error?: unknown
}

/** Properties and methods; other completions are words of the language and names in scope. */
const MEMBER_KINDS: ReadonlySet<number | undefined> = new Set([2, 5, 10])

export class LanguageServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'describe-load-language-'))
  readonly #uri = pathToFileURL(join(this.#folder, 'example.ts')).href
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #input = Buffer.alloc(0)
  #requests = 0
  #version = 0

  constructor() {
    const compilerOptions = {
      target: 'es2024',
      lib: ['es2024', 'esnext.disposable'],
      types: ['node'],
      module: 'nodenext',
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      paths: { 'describe-load/*': [join(repository, 'src/*.ts')], 'describe-load': [join(repository, 'src/index.ts')] },
    }
    writeFileSync(join(this.#folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(this.#folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['example.ts'] }))
    writeFileSync(join(this.#folder, 'example.ts'), '')
    symlinkSync(join(repository, 'node_modules'), join(this.#folder, 'node_modules'))
    const tsc = join(repository, 'node_modules/typescript/bin/tsc')
    this.#process = spawn(execPath, [tsc, '--lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] })
    this.#process.once('exit', () => {
      for (const resolve of this.#waiting.values()) resolve({ error: 'the language server exited' })
    })
    this.#process.stdout?.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  async open(): Promise<void> {
    const capabilities = {
      textDocument: { completion: { completionItem: { resolveSupport: { properties: ['documentation'] } } } },
    }
    await this.#ask('initialize', { processId: process.pid, rootUri: null, capabilities })
    this.#send({ method: 'initialized', params: {} })
    const textDocument = { uri: this.#uri, languageId: 'typescript', version: this.#version, text: '' }
    this.#send({ method: 'textDocument/didOpen', params: { textDocument } })
  }

  /** Returns the members that are offered at `|` in the code, each with its documentation. */
  async offers(code: string): Promise<readonly Offer[]> {
    const found = await this.#ask('textDocument/completion', this.#at(code))
    const items = (Array.isArray(found) ? found : (found as { items: unknown[] } | null)?.items) ?? []
    const members = (items as readonly CompletionItem[]).filter(({ kind }) => MEMBER_KINDS.has(kind))
    return Promise.all(
      members.map(async (item) => {
        const { label, documentation = '' } = (await this.#ask('completionItem/resolve', item)) as CompletionItem
        const text = typeof documentation === 'string' ? documentation : documentation.value
        return { name: label.replace(/\?$/, ''), documentation: text }
      }),
    )
  }

  /** Returns what an editor shows for the name that begins after `|`. */
  async hover(code: string): Promise<string> {
    const found = await this.#ask('textDocument/hover', this.#at(code))
    return (found as { contents: { value: string } } | null)?.contents.value ?? ''
  }

  /** Returns the errors of the code, by line number from 0. */
  async errors(code: string): Promise<ReadonlyMap<number, string>> {
    this.#show(code)
    const report = await this.#ask('textDocument/diagnostic', { textDocument: { uri: this.#uri } })
    const { items } = report as { items: readonly Diagnostic[] }
    return new Map(items.map(({ message, range }) => [range.start.line, message]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit')
    await this.#ask('shutdown', undefined)
    this.#send({ method: 'exit' })
    await ended
    rmSync(this.#folder, { recursive: true })
  }

  /** Shows the code without `|`, and returns that position. */
  #at(code: string): object {
    const before = code.slice(0, code.indexOf('|')).split('\n')
    this.#show(code.replace('|', ''))
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 }
    return { textDocument: { uri: this.#uri }, position }
  }

  #show(text: string): void {
    const textDocument = { uri: this.#uri, version: ++this.#version }
    this.#send({ method: 'textDocument/didChange', params: { textDocument, contentChanges: [{ text }] } })
  }

  async #ask(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#requests
    const { promise, resolve } = Promise.withResolvers<Reply>()
    this.#waiting.set(id, resolve)
    this.#send({ id, method, params })
    const { result, error } = await promise
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
    return result
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    this.#process.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  #read(chunk: Buffer): void {
    this.#input = Buffer.concat([this.#input, chunk])
    for (;;) {
      const end = this.#input.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(this.#input.toString('latin1', 0, Math.max(end, 0)))?.[1])
      if (end < 0 || this.#input.length < end + 4 + length) return
      const reply = JSON.parse(this.#input.toString('utf8', end + 4, end + 4 + length)) as Reply
      this.#input = this.#input.subarray(end + 4 + length)
      this.#handle(reply)
    }
  }

  #handle({ id, method, ...reply }: Reply): void {
    // The server asks for settings, and has defaults for all of them.
    if (method !== undefined && id !== undefined) this.#send({ id, result: null })
    else if (typeof id === 'number') {
      this.#waiting.get(id)?.(reply)
      this.#waiting.delete(id)
    }
  }
}
