import { foreignFlag } from '../../model/foreign-keys.ts'
import { nearestName } from '../../model/nearest-name.ts'
import { FLAG_NAMES, type FlagName, FLAGS, written } from './flags.ts'

/** Stops the reading; its message says what is wrong with the command line. */
export class Mistake extends Error {}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

/** Says what to write instead of a flag of another tool, or which flag was probably meant. */
function unknownFlag(name: string, rawName: string, value: string | undefined): string {
  const foreign = foreignFlag(name, value === undefined ? undefined : Number(value))
  if (foreign?.flags !== undefined) {
    const from = foreign.tools === undefined ? '' : `, which is a setting of ${foreign.tools}`
    return `unknown flag ${rawName}${from}: ${foreign.flags}`
  }
  if (foreign !== undefined) return `unknown flag ${rawName}: only a plan can do this: ${foreign.remedy}`
  const meant = nearestName(name, FLAG_NAMES)
  return `unknown flag ${rawName}${meant === undefined ? '' : `: did you mean --${meant}?`}`
}

/** The flags of a command line. */
export class Given {
  readonly #values = new Map<FlagName, { readonly rawName: string; readonly values: readonly string[] }>()

  /** `next` is the word after the flag, if that is no flag. */
  add({ name, rawName, value, inlineValue }: OptionToken, next: string | undefined): void {
    const flag = FLAG_NAMES.find((each) => each === name)
    if (flag === undefined) throw new Mistake(unknownFlag(name, rawName, value ?? next))
    const { value: placeholder, repeats = false } = FLAGS[flag]
    if (placeholder === undefined && value !== undefined) throw new Mistake(`${rawName} takes no value`)
    // The next flag is not a value, but a negative number is one, which its reader rejects.
    const isMissing = value === undefined || (inlineValue !== true && /^-(?!\d)./.test(value))
    if (placeholder !== undefined && isMissing) throw new Mistake(`${rawName} needs a value: ${rawName} ${placeholder}`)
    const before = repeats ? (this.#values.get(flag)?.values ?? []) : []
    this.#values.set(flag, { rawName, values: [...before, value ?? ''] })
  }

  has(name: FlagName): boolean {
    return this.#values.has(name)
  }

  names(): readonly FlagName[] {
    return [...this.#values.keys()]
  }

  value(name: FlagName): string | undefined {
    return this.#values.get(name)?.values.at(-1)
  }

  all(name: FlagName): readonly string[] {
    return this.#values.get(name)?.values ?? []
  }

  /** Returns a flag as it was written. */
  written(name: FlagName): string {
    return this.#values.get(name)?.rawName ?? written(name)
  }

  flags(url: string | undefined): ReadonlyMap<FlagName, string> {
    const flags = new Map(this.names().map((name) => [name, this.written(name)]))
    return url === undefined ? flags : flags.set('target', 'URL')
  }

  /** Returns the values of the flags that set no variable. */
  options(): Readonly<Partial<Record<FlagName, string>>> {
    const names = this.names().filter((name) => FLAGS[name].variable === undefined && FLAGS[name].value !== undefined)
    return Object.fromEntries(names.flatMap((name) => (name === 'path' ? [] : [[name, this.value(name)]])))
  }
}
